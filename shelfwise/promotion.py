"""Which model serves: two compared on the same judgments, the better one put into service, or the old one back.

An index is built with the candidate while the old one is served by its own encoder; then the next is served, by its
own. Both are switched in one step, so that no request waits, and none meets vectors of two encoders.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeAlias

import numpy as np

from shelfwise.errors import InputError, NotFoundError
from shelfwise.evaluation import Comparison, Evaluation, compare, evaluate_search
from shelfwise.evaluation.base import Qrels
from shelfwise.founding import set_settings
from shelfwise.indexing import Progress
from shelfwise.language.base import Encoder
from shelfwise.language.models.names import pinned, split, store_of
from shelfwise.retrieval.generations import Generation
from shelfwise.shop import Shop
from shelfwise.training.searching import EncoderSearch, Reranked
from shelfwise.types import Product
from shelfwise.understanding.intent.heads import intent_head
from shelfwise.understanding.intent.teaching import teach

METRIC: Final = "ndcg@10"
ALPHA: Final = 0.05
SERVABLE: Final = ("encoder", "table")
Ranker: TypeAlias = EncoderSearch | Reranked


@dataclass(frozen=True, slots=True)
class ModelComparison:
    """Two encoders over the same queries and products, in one run; `compared` is candidate − serving."""

    candidate: str
    serving: str
    evaluations: tuple[Evaluation, Evaluation]
    compared: Comparison

    def as_json(self) -> dict[str, Any]:
        """Figures of both, their differences with tests, and those of each query."""
        candidate, serving = (each.as_json() for each in self.evaluations)
        return {
            "candidate": self.candidate,
            "serving": self.serving,
            "comparison": self.compared.as_json(),
            "figures": {"candidate": candidate, "serving": serving},
        }

    def per_query(self, metric: str = METRIC) -> list[tuple[str, float, float]]:
        """Query, figure of the candidate, figure of the one in service; where the candidate lost most comes first."""
        values = (evaluation.values[metric] for evaluation in self.evaluations)
        rows = [row for row in zip(self.compared.queries, *values, strict=True) if not np.isnan(row[1])]
        return sorted(((query, float(new), float(old)) for query, new, old in rows), key=lambda row: row[1] - row[2])


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether to promote, and why, in words."""

    promote: bool
    reason: str


def compare_models(
    candidate: Encoder, serving: Encoder, qrels: Qrels, products: Iterable[Product], *, seed: int = 0
) -> ModelComparison:
    """Rank all products by both encoders for every judged query, and test the difference (evaluation/significance.py).

    `pool_ndcg@10` is over the judged products only: where few products of a catalogue were judged, one that finds
    others loses by nDCG@10 what it may not have lost.

    Raises InputError where no judged product is among the products, or none is good; EncoderError.
    """
    known = list(products)
    searches = EncoderSearch(candidate, known), EncoderSearch(serving, known)
    return compare_searches(searches, (candidate.name, serving.name), qrels, seed=seed)


def compare_searches(
    searches: tuple[Ranker, Ranker], names: tuple[str, str], qrels: Qrels, *, seed: int = 0
) -> ModelComparison:
    """The same for any two that rank one catalogue, the candidate first. Raises InputError as `compare_models`."""
    if not any(searches[0].among(query, sorted(grades)) for query, grades in qrels.items()):
        raise InputError("no judged product is in the catalogue: do the ids in the judgments belong to it?")
    new, old = (
        evaluate_search(each.search, qrels, clock=time.perf_counter, pool_search=each.among, seed=seed).evaluation
        for each in searches
    )
    return ModelComparison(*names, (new, old), compare(old, new, seed=seed))


def decide(comparison: ModelComparison, *, metric: str = METRIC, alpha: float = ALPHA) -> Decision:
    """Promote only what is better beyond noise: its mean is higher, and the paired test says that this is no chance.

    Raises InputError for a metric that was not measured.
    """
    found = comparison.compared.differences.get(metric)
    if found is None:
        known = ", ".join(comparison.compared.differences)
        raise InputError(f"metric: found {metric!r}, expected one of {known}.")
    queries = found.better + found.equal + found.worse
    said = (
        f"{metric} {found.first:.4f} → {found.second:.4f} ({found.change:+.4f}, {100 * found.interval.level:.0f}% "
        f"interval {found.interval.low:+.4f} to {found.interval.high:+.4f}, p = {found.p_value:.4f}, {queries} queries)"
    )
    names = f"{comparison.candidate} against {comparison.serving}"
    if found.p_value < alpha:
        verdict = "better beyond noise" if found.change > 0 else "worse beyond noise"
        return Decision(found.change > 0, f"{names}: {verdict}: {said}.")
    few = f" Only {changed} queries differ." if (changed := found.better + found.worse) < 6 else ""
    return Decision(False, f"{names}: no difference beyond noise: {said}.{few}")


# --- in and out of service -------------------------------------------------------------------------------------


def promote(
    shop: Shop,
    model: str,
    *,
    now: datetime,
    seed: int = 0,
    past_queries: Iterable[tuple[str, int]] = (),
    progress: Progress | None = None,
) -> Generation:
    """Put an encoder of the shop's own into service, without a check (`compare_models`, `decide`).

    Where the shop reads intents, a head for the new vectors is trained first. Then the catalogue is encoded and
    indexed; searches go on with the old encoder until the new index is whole. After an interruption the same call goes
    on with the vectors that it has. The settings file names the version from then on.

    Raises NotFoundError, EncoderError for a model that cannot be served, StorageError.
    """
    name, version = split(pinned(model, shop.folder))
    store = store_of(shop.folder)
    kind = store.card(name, version).kind
    if kind not in SERVABLE:
        raise InputError(f"{model} is of kind {kind!r}, expected one of {', '.join(SERVABLE)}.")
    settings = shop.settings.encoder.model_copy(update={"kind": "trained", "model": f"{name}@{version}"})
    encoder = shop.encoders.load(settings)
    if encoder is not None and _head(shop, serving_encoder(shop)) and not _head(shop, encoder):
        teach(shop.folder, None, encoder, seed=seed, made=now)
    generation = shop.index(past_queries, progress, encoder=settings)
    store.promote(name, str(version))
    return generation


def roll_back(
    shop: Shop, name: str, *, past_queries: Iterable[tuple[str, int]] = (), progress: Progress | None = None
) -> Generation:
    """Put back what was in service before the shop's model `name`: the generation before, with its own encoder.

    Where the generation before has the same encoder, the version promoted before is indexed again, with the vectors
    that the cache still has. Raises NotFoundError where there is nothing to go back to, InputError where the model is
    not the one in service.
    """
    current = shop.generations.current()
    serving = shop.generations.get(current).manifest if current is not None else None
    if serving is None or serving.encoder.get("kind") != "trained" or split(serving.encoder["model"])[0] != name:
        raise InputError(f"{name} is not in service: that is {serving.versions['encoder'] if serving else 'nothing'}.")
    store = store_of(shop.folder)
    before = shop.generations.before(serving.name)
    if before is not None and before.manifest.encoder not in ({}, serving.encoder):
        about = before.manifest.encoder
        set_settings(shop.folder, "encoder", about)
        generation = shop.rollback()
        if about["kind"] == "trained" and split(about["model"])[0] == name:
            store.promote(name, str(split(about["model"])[1]))
        return generation
    version = store.rollback(name)
    settings = shop.settings.encoder.model_copy(update={"kind": "trained", "model": f"{name}@{version}"})
    return shop.index(past_queries, progress, encoder=settings)


def serving_encoder(shop: Shop) -> Encoder | None:
    """The encoder of the index in service; that of the settings while there is none. Raises EncoderError."""
    current = shop.generations.current()
    return shop.encoder() if current is None else shop.encoders.of(shop.generations.get(current).manifest)


def in_use(shop: Shop) -> dict[str, str]:
    """Models of the shop that its settings or its generations need, NAME@VERSION → by what."""
    found: dict[str, str] = {}
    for generation in shop.generations.list():
        if generation.manifest.encoder.get("kind") == "trained":
            found[str(generation.manifest.encoder["model"])] = f"generation {generation.name}"
    if shop.settings.encoder.kind == "trained":
        with suppress(InputError, NotFoundError):
            found[pinned(shop.settings.encoder.model, shop.folder)] = "the settings"
    return found


def _head(shop: Shop, encoder: Encoder | None) -> bool:
    return intent_head(shop.folder, encoder, lambda problem: None) is not None
