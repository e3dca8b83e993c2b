"""All predictions of a shop: fitted on its log as it was at several moments, judged by what came after each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from zipfile import BadZipFile

import numpy as np
import orjson
from scipy.sparse import csr_array

from shelfwise.behaviour.table import EventTable
from shelfwise.errors import InputError, NotFoundError
from shelfwise.recommend.prediction.base import DAY, TARGETS, Predictions, PurchaseTime, Target
from shelfwise.recommend.prediction.bgnbd import BgNbd
from shelfwise.recommend.prediction.categories import AT_ONCE, NextCategory, coded, fit_categories, placed
from shelfwise.recommend.prediction.features import NAMES, features
from shelfwise.recommend.prediction.logistic import Logistic, fit_logistic
from shelfwise.recommend.prediction.outcomes import outcomes
from shelfwise.recommend.prediction.purchases import purchases
from shelfwise.recommend.prediction.weibull import WeibullGaps
from shelfwise.types import Bool, Float64, Int64

WINDOWS: Final = 6  # moments that are learned from, at most
TOLD: Final = 3  # categories a shopper
TIMES: Final[tuple[PurchaseTime, ...]] = (BgNbd(), WeibullGaps())
JSON, ARRAYS = "predictor.json", "predictor.npz"
_PARTS: Final = ("mean", "deviation", "weights")


@dataclass(frozen=True, slots=True)
class Predictor:
    """Predictions `days` ahead. at: the moment it was fitted, in milliseconds since 1970."""

    days: float
    at: int
    actions: Mapping[Target, Logistic]
    time: PurchaseTime
    categories: NextCategory

    @classmethod
    def fit(cls, table: EventTable, paths: Mapping[str, str], at: int, days: float) -> Predictor:
        """The predictor of a log up to a moment. paths: category of each product.

        Raises InputError for a log that does not reach back far enough.
        """
        table = table.where(table.time <= at)
        windows = moments(table, at, days)
        samples = [sample(table, moment, days) for moment in windows]
        actions = {target: fitted(samples, target) for target in TARGETS}
        category, names = coded(table, paths)
        following = fit_categories(table, category, names, at, windows[0])
        return cls(days, at, actions, _time_model(table, at, windows[0], days), following)

    def predict(self, table: EventTable, paths: Mapping[str, str], at: int) -> Predictions:
        """What the shoppers of a log are expected to do after a moment; nothing later is read."""
        table = table.where(table.time <= at)
        found = features(table, at)
        bought = purchases(table, at)
        due = np.full(len(found.shopper), np.nan)
        due[np.searchsorted(found.shopper, bought.shopper)] = self.time.due(bought)
        return Predictions(
            tuple(table.shoppers[code] for code in found.shopper.tolist()),
            at,
            self.days,
            {target: model.chances(found.values) for target, model in self.actions.items()},
            due,
            self._next(table, placed(table, paths, self.categories.names), found.shopper, at),
        )

    def _next(
        self, table: EventTable, category: Int64, shopper: Int64, at: int
    ) -> tuple[tuple[tuple[str, float], ...], ...]:
        names = self.categories.names
        if not names:
            return ((),) * len(shopper)
        told: list[tuple[tuple[str, float], ...]] = []
        for start in range(0, len(shopper), AT_ONCE):
            chances = self.categories.chances(table, category, shopper[start : start + AT_ONCE], at)
            best = np.argsort(-chances, axis=1, kind="stable")[:, :TOLD]
            for row, places in zip(chances, best.tolist(), strict=True):
                told.append(tuple((names[place], float(row[place])) for place in places))
        return tuple(told)

    # --- on disk ---------------------------------------------------------------------------------------------

    def save(self, folder: Path) -> None:
        """Writes the predictor into a folder."""
        arrays: dict[str, Any] = {
            f"{target}.{part}": getattr(model, part) for target, model in self.actions.items() for part in _PARTS
        }
        following = self.categories.follows
        arrays |= {"common": self.categories.common, "counts": following.data, "columns": following.indices}
        np.savez(folder / ARRAYS, **arrays, ends=following.indptr)
        scaling = {target: [model.bias, model.slope, model.shift] for target, model in self.actions.items()}
        told = {
            "days": self.days,
            "at": self.at,
            "features": NAMES,
            "scaling": scaling,
            "time": {"name": self.time.name, **self.time.state()},
            "categories": self.categories.names,
            "category_weights": self.categories.weights,
        }
        (folder / JSON).write_bytes(orjson.dumps(told, option=orjson.OPT_INDENT_2))

    @classmethod
    def load(cls, folder: Path) -> Predictor:
        """The predictor of a folder. Raises InputError where it cannot be read or reads other features."""
        hint = "Fit again: shelfwise predict fit"
        try:
            told = orjson.loads((folder / JSON).read_bytes())
            with np.load(folder / ARRAYS, allow_pickle=False) as found:
                arrays = dict(found)
            if tuple(told["features"]) != NAMES:
                raise InputError(f"{folder / JSON}: made for other features than this version computes.", hint=hint)
            actions = {
                target: Logistic(*(arrays[f"{target}.{part}"] for part in _PARTS), *told["scaling"][target])
                for target in TARGETS
            }
            names = tuple(told["categories"])
            follows = csr_array((arrays["counts"], arrays["columns"], arrays["ends"]), shape=(len(names), len(names)))
            categories = NextCategory(names, arrays["common"], follows, tuple(told["category_weights"]))
            return cls(told["days"], told["at"], actions, _time_of(dict(told["time"])), categories)
        except FileNotFoundError as error:
            raise NotFoundError(f"{folder}: there is no predictor.", hint=hint) from error
        except (OSError, EOFError, BadZipFile, ValueError, KeyError, TypeError) as error:
            raise InputError(f"{folder}: the predictor cannot be read: {error}.", hint=hint) from error


def moments(table: EventTable, at: int, days: float) -> list[int]:
    """The moments that are learned from, the newest first: each has a window of outcomes after it up to `at`, and at
    least as long a past before it. Raises InputError where there is none."""
    span = round(days * DAY)
    first = int(table.time[0]) if len(table) else at
    found = [at - n * span for n in range(1, WINDOWS + 1) if at - n * span - first >= span]
    if not found:
        reach = (at - first) / DAY
        message = f"The log reaches back {reach:.1f} days, expected at least {2 * days:g} to predict {days:g} days."
        raise InputError(message, hint="Predict fewer days (--days), or wait until there is more.")
    return found


@dataclass(frozen=True, slots=True)
class Sample:
    """Features of the shoppers known at a moment, and what each did after it."""

    values: Float64
    true: Mapping[Target, Bool]


def sample(table: EventTable, at: int, days: float) -> Sample:
    """The sample of one moment."""
    found = features(table, at)
    return Sample(found.values, outcomes(table, found.shopper, at, days))


def fitted(samples: Sequence[Sample], target: Target) -> Logistic:
    """Weights from the older moments, scaling from the newest; of a single moment, from every other shopper."""
    newest, older = samples[0], samples[1:]
    values, true = newest.values, newest.true[target]
    if older:
        past = np.concatenate([each.values for each in older]), np.concatenate([each.true[target] for each in older])
        return fit_logistic(*past).scaled(values, true)
    even = np.arange(len(true)) % 2 == 0
    return fit_logistic(values[even], true[even]).scaled(values[~even], true[~even])


def _time_model(table: EventTable, at: int, tried_at: int, days: float) -> PurchaseTime:
    """The model that tells best who bought after `tried_at`, fitted again on everything."""
    past = purchases(table, tried_at)
    true = outcomes(table, past.shopper, tried_at, days)["purchase"]
    losses = [log_loss(model.fit(past).within(past, days), true) for model in TIMES]
    return TIMES[int(np.argmin(losses))].fit(purchases(table, at))


def log_loss(chances: Float64, true: Bool) -> float:
    """−mean ln of the chance given to what happened; 0 without any."""
    sure = np.clip(chances, 1e-6, 1 - 1e-6)
    return float(-np.log(np.where(true, sure, 1 - sure)).mean()) if len(true) else 0.0


def _time_of(state: dict[str, Any]) -> PurchaseTime:
    name = state.pop("name")
    for model in TIMES:
        if model.name == name:
            return type(model)(**state)
    raise ValueError(f"found the model {name!r}, expected one of {', '.join(model.name for model in TIMES)}")
