"""How true predictions are: on the last days of a log, by a predictor that has seen only what came before them.

Beside each model stand what costs nothing: the rate of the days just before, and a regression on the days since the
shopper was last seen, fitted and scaled like the model. Intervals are bootstraps over shoppers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from shelfwise.behaviour.table import EventTable
from shelfwise.evaluation.calibration import expected_calibration_error
from shelfwise.evaluation.classification import auroc
from shelfwise.evaluation.intervals import Interval, bootstrap
from shelfwise.recommend.prediction.base import DAY, TARGETS, Target
from shelfwise.recommend.prediction.categories import AT_ONCE, following, placed
from shelfwise.recommend.prediction.features import NAMES, features
from shelfwise.recommend.prediction.outcomes import outcomes
from shelfwise.recommend.prediction.predictor import TIMES, Predictor, Sample, fitted, moments, sample
from shelfwise.recommend.prediction.purchases import purchases
from shelfwise.types import Bool, Float64, Int64

RESAMPLES: Final = 1_000
AUC_RESAMPLES: Final = 200
RECENCY: Final = NAMES.index("since_any")
BINS: Final = 10


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure with its interval."""

    value: float
    interval: Interval

    def as_json(self) -> dict[str, float]:
        """Value and ends."""
        return {"value": self.value, "low": self.interval.low, "high": self.interval.high}


@dataclass(frozen=True, slots=True)
class Scores:
    """How good chances are. auc: ½ is guessing. log_loss and brier: lower is better. ece: 0 is true."""

    auc: Measure
    log_loss: Measure
    brier: Measure
    ece: float

    def as_json(self) -> dict[str, object]:
        """All figures by name."""
        named = {name: getattr(self, name).as_json() for name in ("auc", "log_loss", "brier")}
        return {**named, "ece": self.ece}


@dataclass(frozen=True, slots=True)
class Report:
    """actions: target → "base", "recency", "model" → scores. times: model of the time to the next purchase → scores of
    "bought within `days`", among those who had bought before. categories: hits among the first and first three, and
    mean log loss, of the model and of what all shoppers look at."""

    at: int
    days: float
    shoppers: int
    rates: Mapping[Target, float]
    actions: Mapping[Target, Mapping[str, Scores]]
    times: Mapping[str, Scores]
    buyers: int
    chosen: str
    categories: Mapping[str, Mapping[str, float]]
    movers: int

    def as_json(self) -> dict[str, object]:
        """All figures by name."""
        actions = {target: {name: s.as_json() for name, s in found.items()} for target, found in self.actions.items()}
        return {
            "at": self.at,
            "days": self.days,
            "shoppers": self.shoppers,
            "rates": dict(self.rates),
            "actions": actions,
            "times": {name: scores.as_json() for name, scores in self.times.items()},
            "buyers": self.buyers,
            "chosen": self.chosen,
            "categories": {name: dict(figures) for name, figures in self.categories.items()},
            "movers": self.movers,
        }


def report(table: EventTable, paths: Mapping[str, str], days: float, seed: int = 0) -> Report:
    """The report of a log: its last `days` are predicted from what came before.

    Raises InputError for a log that does not reach back far enough.
    """
    at = (int(table.time[-1]) if len(table) else 0) - round(days * DAY)
    past = table.where(table.time <= at)
    predictor = Predictor.fit(past, paths, at, days)
    known = features(past, at)
    true = outcomes(table, known.shopper, at, days)
    learned = [sample(past, moment, days) for moment in moments(past, at, days)]
    silence = [Sample(each.values[:, [RECENCY]], each.true) for each in learned]
    actions: dict[Target, dict[str, Scores]] = {}
    for target in TARGETS:
        chances = {
            "base": np.full(len(known.shopper), learned[0].true[target].mean()),
            "recency": fitted(silence, target).chances(known.values[:, [RECENCY]]),
            "model": predictor.actions[target].chances(known.values),
        }
        actions[target] = {name: scored(each, true[target], seed) for name, each in chances.items()}
    times, buyers = _times(table, at, days, seed)
    categories, movers = _categories(predictor, table, placed(table, paths, predictor.categories.names), at)
    rates = {target: float(did.mean()) for target, did in true.items()}
    return Report(at, days, len(known.shopper), rates, actions, times, buyers, predictor.time.name, categories, movers)


def scored(chances: Float64, true: Bool, seed: int = 0) -> Scores:
    """The scores of chances Float64[n] of what happened or not."""
    sure = np.clip(chances, 1e-6, 1 - 1e-6)
    losses = -np.log(np.where(true, sure, 1 - sure))
    squares = (chances - true) ** 2
    return Scores(
        Measure(auroc(chances, true), _auc_interval(chances, true, seed)),
        Measure(float(losses.mean()), bootstrap(losses, resamples=RESAMPLES, seed=seed)),
        Measure(float(squares.mean()), bootstrap(squares, resamples=RESAMPLES, seed=seed)),
        expected_calibration_error(chances, true, BINS),
    )


def _auc_interval(chances: Float64, true: Bool, seed: int) -> Interval:
    random = np.random.default_rng(seed)
    drawn = (random.integers(0, len(true), len(true)) for _ in range(AUC_RESAMPLES if len(true) else 0))
    found = np.array([auroc(chances[rows], true[rows]) for rows in drawn])
    known = found[~np.isnan(found)]
    return Interval(*np.quantile(known, [0.025, 0.975]).tolist()) if len(known) else Interval(np.nan, np.nan)


def _times(table: EventTable, at: int, days: float, seed: int) -> tuple[dict[str, Scores], int]:
    past = purchases(table, at)
    if not len(past):
        return {}, 0
    bought = outcomes(table, past.shopper, at, days)["purchase"]
    return {model.name: scored(model.fit(past).within(past, days), bought, seed) for model in TIMES}, len(past)


def _categories(
    predictor: Predictor, table: EventTable, category: Int64, at: int
) -> tuple[dict[str, dict[str, float]], int]:
    shopper, after = following(table, category, at)
    shopper, after = shopper[:AT_ONCE], after[:AT_ONCE]
    if not len(shopper):
        return {}, 0
    model = predictor.categories.chances(table.where(table.time <= at), category, shopper, at)
    common = np.broadcast_to(predictor.categories.common, model.shape)
    return {name: _hits(chances, after) for name, chances in (("common", common), ("model", model))}, len(shopper)


def _hits(chances: Float64, after: Int64) -> dict[str, float]:
    said = chances[np.arange(len(after)), after]
    above = (chances > said[:, None]).sum(axis=1)
    return {
        "hit@1": float((above < 1).mean()),
        "hit@3": float((above < 3).mean()),
        "log_loss": float(-np.log(np.clip(said, 1e-6, 1)).mean()) + 0.0,
    }
