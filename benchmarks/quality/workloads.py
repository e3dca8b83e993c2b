"""Workloads of search quality: which queries are asked, which products people judged good, and how good is enough.

A workload is pure data: it knows no engine and no shop. Its id is permanent: the data, seeds and texts behind an id do
not change; a changed workload gets a new id. The real data is read from the folder in SHELFWISE_DATA and never copied.
"""

from __future__ import annotations

import gzip
import json
import math
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random

from pypinyin import lazy_pinyin

from shelfwise.errors import InputError
from shelfwise.evaluation import add_typo, read_qrels, read_translations
from shelfwise.evaluation.typos import Confuse

Qrels = dict[str, dict[str, int]]
HOMOPHONES = 5  # a slip gives one of the most frequent characters of the same sound
TYPO_SEEDS = (1, 2, 3)


@dataclass(frozen=True, slots=True)
class Source:
    """Where the data comes from. `folder` is its name in SHELFWISE_DATA."""

    folder: str
    what: str
    published: str
    licence: str


ICECAT = Source(
    folder="icecat",
    what="Electronics catalogue in English, 19,406 products; 74 queries, 1,985 pairs graded 0 to 3 by people.",
    published="Icecat open catalogue as packaged by Chorus (github.com/querqy/chorus)",
    licence="Icecat Open Content License; packaging Apache-2.0; Chinese queries written for this project",
)
TITLES_ZH = Source(
    folder="titles_zh",
    what="Chinese product titles, 5,110 products; 63 queries, 1,190 pairs graded 0 to 3 by a language model "
    "(a second, independent reading of 447 pairs agrees on 95.7%, weighted kappa .95).",
    published="titles and a query log found in public collections; judgments made for this project",
    licence="none stated for titles and log",
)


@dataclass(frozen=True, slots=True)
class Judged:
    """What to ask and what is good. texts: query → the text to ask in its place; it covers all of `qrels`."""

    qrels: Qrels
    texts: dict[str, str]


@dataclass(frozen=True, slots=True)
class Workload:
    """Queries with judgments over the catalogue of `source`. `read` gets the source's folder."""

    id: str
    title: str
    source: Source
    read: Callable[[Path], Judged]

    def load(self, data: Path) -> Judged:
        """The workload from the data folder. Raises InputError naming the public source when it is missing."""
        folder = data / self.source.folder
        if not folder.is_dir():
            raise InputError(
                f"workload {self.id}: found no folder {folder}, expected {self.source.published}.",
                hint="Set SHELFWISE_DATA to the folder that holds it.",
            )
        return self.read(folder)


@dataclass(frozen=True, slots=True)
class Goal:
    """`metric`, averaged over workloads, is at least `least`; with `of`, at least that share of `of`'s figure."""

    workloads: tuple[str, ...]
    metric: str
    least: float
    of: str | None = None

    def value(self, figures: Mapping[str, Mapping[str, float]]) -> float:
        """What to hold against `least`. figures: workload id → metric → mean. NaN when a figure is missing."""
        means = [figures.get(each, {}).get(self.metric, math.nan) for each in self.workloads]
        whole = 1.0 if self.of is None else figures.get(self.of, {}).get(self.metric, math.nan)
        return sum(means) / len(means) / whole

    def reached(self, figures: Mapping[str, Mapping[str, float]]) -> bool:
        """Whether the goal is reached; a missing figure is not."""
        return self.value(figures) >= self.least


def _icecat(folder: Path) -> Judged:
    return _as_written(read_qrels(folder / "judgments.csv"))


def _icecat_zh(folder: Path) -> Judged:
    qrels = read_qrels(folder / "judgments.csv")
    translations = read_translations(folder / "queries_zh.csv")
    return Judged(qrels, {query: translations[query] for query in qrels})


def _icecat_typos(seed: int) -> Callable[[Path], Judged]:
    return lambda folder: _misspelt(_icecat(folder).qrels, seed, None)


def _titles_zh(folder: Path) -> Judged:
    return _as_written(read_qrels(folder / "judgments.csv"))


def _titles_zh_typos(seed: int) -> Callable[[Path], Judged]:
    return lambda folder: _misspelt(_titles_zh(folder).qrels, seed, homophones(_titles(folder)))


def _as_written(qrels: Qrels) -> Judged:
    return Judged(qrels, {query: query for query in qrels})


def _misspelt(qrels: Qrels, seed: int, confuse: Confuse | None) -> Judged:
    typos = {query: add_typo(query, seed=seed, confuse=confuse) for query in qrels}
    return Judged(qrels, {query: query if typo is None else typo.text for query, typo in typos.items()})


def _titles(folder: Path) -> list[str]:
    with gzip.open(folder / "products.jsonl.gz", "rt", encoding="utf-8") as lines:
        return [json.loads(line)["title"] for line in lines]


def homophones(texts: list[str]) -> Confuse:
    """Slips of a pinyin keyboard: another character of the same sound (tones aside), frequent in `texts`.

    Only characters are looked up, not words: 行 is read as it is read alone.
    """
    counts = Counter(letter for text in texts for letter in text if "\u4e00" <= letter <= "\u9fff")
    by_sound: dict[str, list[str]] = defaultdict(list)
    for letter, _ in sorted(counts.items(), key=lambda each: (-each[1], each[0])):
        by_sound[lazy_pinyin(letter)[0]].append(letter)

    def confuse(text: str, place: int, random: Random) -> str | None:
        same = [letter for letter in by_sound.get(lazy_pinyin(text[place])[0], ()) if letter != text[place]]
        return random.choice(same[:HOMOPHONES]) if same else None

    return confuse


WORKLOADS: dict[str, Workload] = {
    each.id: each
    for each in (
        Workload("icecat", "English queries on an English catalogue", ICECAT, _icecat),
        Workload("icecat-zh", "the same queries in Chinese on the English catalogue", ICECAT, _icecat_zh),
        *(
            Workload(f"icecat-typos-{seed}", "the English queries with one slip each", ICECAT, _icecat_typos(seed))
            for seed in TYPO_SEEDS
        ),
        Workload("titles-zh", "Chinese queries on Chinese titles", TITLES_ZH, _titles_zh),
        *(
            Workload(f"titles-zh-typos-{seed}", "the Chinese queries with one slip", TITLES_ZH, _titles_zh_typos(seed))
            for seed in TYPO_SEEDS
        ),
    )
}

GOALS = (
    Goal(("icecat",), "ndcg@10", 0.75),
    Goal(("icecat",), "pool_ndcg@10", 0.87),
    Goal(("titles-zh",), "ndcg@10", 0.80),
    Goal(("icecat-zh",), "pool_ndcg@10", 0.97, of="icecat"),
    Goal(tuple(f"icecat-typos-{seed}" for seed in TYPO_SEEDS), "ndcg@10", 0.92, of="icecat"),
    Goal(tuple(f"titles-zh-typos-{seed}" for seed in TYPO_SEEDS), "ndcg@10", 0.92, of="titles-zh"),
)
