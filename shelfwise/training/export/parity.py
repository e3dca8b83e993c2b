"""Is an exported model still the model? How near its vectors are, what a search loses, what speed and size gain.

Both encoders read the same texts in one run, one after the other in turns, so that a busy machine slows both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import orjson
from scipy.stats import rankdata

from shelfwise.errors import InputError
from shelfwise.evaluation.base import Qrels
from shelfwise.evaluation.comparison import compare as compare_runs
from shelfwise.evaluation.evaluation import Evaluation
from shelfwise.evaluation.search import evaluate_search
from shelfwise.language.base import Encoder
from shelfwise.storage import replace_file
from shelfwise.training.searching import EncoderSearch
from shelfwise.types import Float32, Float64, Product

METRICS: Final = ("ndcg@10", "pool_ndcg@10")
ROUNDS: Final = 3


@dataclass(frozen=True, slots=True)
class Speed:
    """Product texts a second, the best of three rounds; milliseconds of a query, the median."""

    texts_per_second: float
    query_ms: float


@dataclass(frozen=True, slots=True)
class Lost:
    """A metric of the reference and of the export over the same judged queries; the interval is the difference's."""

    reference: float
    exported: float
    low: float
    high: float

    @property
    def lost(self) -> float:
        """reference − exported."""
        return self.reference - self.exported


@dataclass(frozen=True, slots=True)
class Parity:
    """An export beside its reference.

    cosine_mean, cosine_min: between the two vectors of each text; NaN where widths differ. rank_correlation: Spearman's
    ρ between the similarities of a query to all products, mean over the queries. speed_up: of product texts. sizes in
    bytes, 0 where unknown. lost: metric → what judgments say, where there are any.
    """

    exported: str
    reference: str
    texts: int
    cosine_mean: float
    cosine_min: float
    rank_correlation: float
    speed_exported: Speed
    speed_reference: Speed
    size_exported: int
    size_reference: int
    lost: Mapping[str, Lost]

    @property
    def speed_up(self) -> float:
        """How many times as many texts a second."""
        return self.speed_exported.texts_per_second / self.speed_reference.texts_per_second

    def as_json(self) -> dict[str, Any]:
        """All figures, with `speed_up` and what each metric lost."""
        lost = {name: {**asdict(each), "lost": each.lost} for name, each in self.lost.items()}
        return {**asdict(self), "lost": lost, "speed_up": self.speed_up}

    def rows(self) -> list[tuple[str, str, str]]:
        """What is shown: a figure's name, of the reference, of the export."""
        fast, slow = self.speed_exported, self.speed_reference
        found = [
            ("cosine, mean / least", "", f"{self.cosine_mean:.4f} / {self.cosine_min:.4f}"),
            ("rank correlation of similarities", "", f"{self.rank_correlation:.4f}"),
            (
                "products a second",
                f"{slow.texts_per_second:.0f}",
                f"{fast.texts_per_second:.0f} (×{self.speed_up:.2f})",
            ),
            ("query, ms", f"{slow.query_ms:.2f}", f"{fast.query_ms:.2f}"),
            ("size, MB", f"{self.size_reference / 1e6:.1f}", f"{self.size_exported / 1e6:.1f}"),
        ]
        for name, each in self.lost.items():
            change = f"{each.exported:.4f} ({-each.lost:+.4f}, {each.low:+.4f} to {each.high:+.4f})"
            found.append((name, f"{each.reference:.4f}", change))
        return found

    def as_markdown(self) -> str:
        """A table."""
        lines = [f"| {self.texts} texts | {self.reference} | {self.exported} |", "|---|---|---|"]
        return "\n".join(lines + [f"| {' | '.join(row)} |" for row in self.rows()]) + "\n"

    def write(self, folder: Path) -> None:
        """Writes `parity.json` and `parity.md`."""
        replace_file(folder / "parity.json", orjson.dumps(self.as_json(), option=orjson.OPT_INDENT_2))
        replace_file(folder / "parity.md", self.as_markdown().encode())


def compare(
    exported: Encoder,
    reference: Encoder,
    *,
    queries: Sequence[str],
    products: Sequence[str],
    clock: Callable[[], float],
    qrels: Qrels | None = None,
    catalog: Iterable[Product] = (),
    sizes: tuple[int, int] = (0, 0),
    seed: int = 0,
) -> Parity:
    """Both on the same texts; and, with judgments and the products that they are about, what a search loses.

    clock: seconds, as time.perf_counter. sizes: bytes of the export and of the reference.

    Raises:
        InputError: fewer than one query or two products.
    """
    if not queries or len(products) < 2:
        raise InputError(f"{len(queries)} queries and {len(products)} products, expected at least 1 and 2.")
    (fast, ours), (slow, theirs) = _time((exported, reference), queries, products, clock)
    cosine = np.concatenate([_cosine(one, other) for one, other in zip(ours, theirs, strict=True)])
    return Parity(
        exported=exported.name,
        reference=reference.name,
        texts=len(queries) + len(products),
        cosine_mean=float(cosine.mean()),
        cosine_min=float(cosine.min()),
        rank_correlation=float(spearman(ours[0] @ ours[1].T, theirs[0] @ theirs[1].T).mean()),
        speed_exported=fast,
        speed_reference=slow,
        size_exported=sizes[0],
        size_reference=sizes[1],
        lost=_lost((exported, reference), qrels, list(catalog), clock, seed) if qrels else {},
    )


def spearman(ours: Float32, theirs: Float32) -> Float64:
    """ρ of each row with its like, Float64[n]: the correlation of ranks, of equal values their mean.

    >>> spearman(np.array([[1, 2, 3.0]], np.float32), np.array([[5, 6, 70.0]], np.float32)).round(3).tolist()
    [1.0]
    """
    one, other = (rankdata(each, axis=1) for each in (ours, theirs))  # [n, m]
    one, other = (each - each.mean(axis=1, keepdims=True) for each in (one, other))
    norms = np.linalg.norm(one, axis=1) * np.linalg.norm(other, axis=1)
    found: Float64 = (one * other).sum(axis=1) / np.maximum(norms, 1e-12)
    return found


def _cosine(one: Float32, other: Float32) -> Float64:
    if one.shape[1] != other.shape[1]:
        return np.full(len(one), np.nan)
    found: Float64 = (one * other).sum(axis=1, dtype=np.float64)
    return found


def _time(
    encoders: tuple[Encoder, Encoder], queries: Sequence[str], products: Sequence[str], clock: Callable[[], float]
) -> list[tuple[Speed, tuple[Float32, Float32]]]:
    """Speed and vectors (of queries, of products) of each."""
    took = [[float("inf")], [float("inf")]]
    each_query: list[list[float]] = [[], []]
    vectors = [(encoder.encode(queries, "query"), encoder.encode(products, "product")) for encoder in encoders]
    for _ in range(ROUNDS):
        for place, encoder in enumerate(encoders):
            start = clock()
            encoder.encode(products, "product")
            took[place].append(clock() - start)
    for query in queries:
        for place, encoder in enumerate(encoders):
            start = clock()
            encoder.encode([query], "query")
            each_query[place].append(clock() - start)
    speeds = [
        Speed(len(products) / max(min(rounds), 1e-9), 1000 * float(np.median(times)))
        for rounds, times in zip(took, each_query, strict=True)
    ]
    return list(zip(speeds, vectors, strict=True))


def _lost(
    encoders: tuple[Encoder, Encoder], qrels: Qrels, catalog: list[Product], clock: Callable[[], float], seed: int
) -> dict[str, Lost]:
    """Of the first against the second."""
    exported, reference = (_searched(each, qrels, catalog, clock) for each in encoders)
    differences = compare_runs(reference, exported, seed=seed).differences
    return {
        name: Lost(each.first, each.second, each.interval.low, each.interval.high)
        for name, each in differences.items()
        if name in METRICS
    }


def _searched(encoder: Encoder, qrels: Qrels, catalog: list[Product], clock: Callable[[], float]) -> Evaluation:
    search = EncoderSearch(encoder, catalog)
    return evaluate_search(search.search, qrels, clock=clock, pool_search=search.among, metrics=METRICS).evaluation
