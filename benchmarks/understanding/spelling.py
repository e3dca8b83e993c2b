"""How well spelling mends and how rarely it harms: python -m benchmarks.understanding.spelling SHOP… [--seed 1].

SHOP is the folder of an indexed shop. Right phrases are queries (--queries FILE: one a line, those whose words the
catalogue has) and words and pairs of words of its vocabulary; each is struck by each kind of slip. For each kind:

    mended   the text searched is the right one
    offered  "did you mean" is the right one
    both     the words are searched joined and apart as well (retrieval/compounds.py)
    wrong    the text searched was changed to something else

and for right phrases and all of --queries, the share changed without being asked.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from random import Random
from statistics import quantiles
from typing import Final

from benchmarks.understanding.slips import ENGLISH, HAN, Chinese, Slip, chinese
from shelfwise.indexing import Terms, default_engine
from shelfwise.language.analyzer import BilingualAnalyzer
from shelfwise.language.base import Analyzer
from shelfwise.language.normalise import fold
from shelfwise.language.spans import outer
from shelfwise.retrieval.compounds import Compounds
from shelfwise.retrieval.generations import Generations
from shelfwise.understanding.base import Understanding
from shelfwise.understanding.normalise import NormaliseStep
from shelfwise.understanding.spelling.speller import Speller
from shelfwise.understanding.spelling.step import SpellingStep
from shelfwise.understanding.spelling.vocabulary import Vocabulary

ROOT: Final = Path(__file__).resolve().parents[2]
MISSPELLINGS: Final = ROOT / "tests" / "understanding" / "spelling" / "misspellings.tsv"
OFTEN: Final = 5  # products that have a word from which it is taken for rightly spelt
COLUMNS: Final = ("mended", "offered", "both", "wrong", "left")


@dataclass(frozen=True, slots=True)
class Bench:
    """A shop's spelling step, and what its catalogue has."""

    analyzer: Analyzer
    step: SpellingStep
    vocabulary: Vocabulary
    compounds: Compounds

    @classmethod
    def of(cls, folder: Path) -> Bench:
        """The spelling of a shop's current generation."""
        opened = Generations(folder / "index").open_current(default_engine())
        spelling, frequency = opened.generation.folder / "spelling", opened.reader.document_frequency
        analyzer = BilingualAnalyzer(Terms.read(opened.generation.folder))
        step = SpellingStep(analyzer, Speller.open(spelling, frequency))
        return cls(analyzer, step, Vocabulary.read(spelling), Compounds(analyzer, frequency))

    def __call__(self, text: str) -> Understanding:
        """What the step makes of a text."""
        return self.step(NormaliseStep()(Understanding(text)))

    def tokens(self, text: str) -> tuple[str, ...]:
        """The words of a text."""
        return tuple(token.text for token in outer(self.analyzer.analyze(text).words))

    def knows(self, text: str) -> bool:
        """Whether the catalogue has all words and pairs of characters of a text."""
        analysis = self.analyzer.analyze(text)
        words = [("words", token.text) for token in outer(analysis.words)]
        grams = [("grams", token.text) for token in analysis.grams]
        return bool(words) and all(self.compounds.frequency(*each) for each in (*words, *grams))

    def outcome(self, typed: str, meant: str) -> str:
        """One of COLUMNS."""
        u, right = self(typed), self.tokens(meant)
        if self.tokens(u.text) == right:
            return "mended"
        if u.did_you_mean is not None and self.tokens(u.did_you_mean) == right:
            return "offered"
        cuts = {self.compounds.split(word) for word in fold(typed).split()}
        if not u.sure and not cuts.isdisjoint(pairwise(right)):
            return "both"
        return "wrong" if u.sure else "left"


def phrases(bench: Bench, queries: Iterable[str], random: Random, count: int) -> tuple[list[str], list[str]]:
    """Right English and right Chinese phrases: queries that the catalogue knows, then words of its own."""
    vocabulary = bench.vocabulary
    often = [word for word, n in vocabulary.latin.items() if n >= OFTEN and len(word) > 3]
    pairs = [pair for pair, n in vocabulary.pairs.items() if n >= OFTEN and len(pair) > 7]
    han = [word.text for word in vocabulary.han if word.count >= OFTEN]
    asked = [query for query in dict.fromkeys(queries) if bench.knows(query)]
    random.shuffle(asked)
    english = [query for query in asked if query.isascii()][:count]
    chinese = [query for query in asked if HAN.search(query)][:count]
    english += random.sample(often, min(count // 2, len(often))) + random.sample(pairs, min(count // 2, len(pairs)))
    return english, chinese + random.sample(han, min(count, len(han)))


def struck(right: list[str], slips: Mapping[str, Slip], random: Random) -> Iterator[tuple[str, str, str]]:
    """(kind, typed, meant) of each right phrase under each kind of slip."""
    for kind, slip in slips.items():
        for phrase in right:
            typed = slip(phrase, random)
            if typed is not None and typed.casefold() != phrase.casefold():
                yield kind, typed, phrase


def split(bench: Bench, words: Iterable[str]) -> Iterator[tuple[str, str, str]]:
    """Words that the catalogue has joined, cut where both halves are words ("key board")."""
    for word in words:
        cuts = [(word[:at], word[at:]) for at in range(3, len(word) - 2)]
        known = [(a, b) for a, b in cuts if a in bench.vocabulary.latin and b in bench.vocabulary.latin]
        for left, right in known[:1]:
            if f"{left} {right}" not in bench.vocabulary.pairs:
                yield "word split", f"{left} {right}", word


def by_hand(bench: Bench) -> Iterator[tuple[str, str, str]]:
    """The misspellings written by hand whose right words the catalogue has."""
    for line in MISSPELLINGS.read_text("utf-8").splitlines():
        if not line.startswith("#"):
            typed, meant = line.split("\t")
            if bench.knows(meant):
                yield "misspelling by hand", typed, meant


def times(run: Callable[[str], object], texts: Iterable[str]) -> list[float]:
    """Milliseconds of each."""
    took = []
    for text in texts:
        start = time.perf_counter()
        run(text)
        took.append(1000 * (time.perf_counter() - start))
    return took


def main(arguments: list[str] | None = None) -> int:
    """Print a table a shop."""
    options = parser().parse_args(arguments)
    queries = [line.strip() for file in options.queries for line in file.read_text("utf-8").splitlines()]
    for folder in options.shops:
        report(Bench.of(folder), folder.name, queries, options)
    return 0


def report(bench: Bench, name: str, queries: list[str], options: argparse.Namespace) -> None:
    """The table of one shop."""
    random = Random(options.seed)
    english, zh = phrases(bench, queries, random, options.count)

    def cut(text: str) -> list[tuple[int, int]]:
        return [(token.start, token.end) for token in outer(bench.analyzer.analyze(text).words)]

    often = [word for word, n in bench.vocabulary.latin.items() if n >= OFTEN]
    cases = [
        *by_hand(bench),
        *struck(english, ENGLISH, random),
        *split(bench, often[: 10 * options.count]),
        *struck(zh, chinese(Chinese(zh, cut)), random),
    ]
    found: dict[str, Counter[str]] = {}
    for kind, typed, meant in cases:
        outcome = bench.outcome(typed, meant)
        found.setdefault(kind, Counter())[outcome] += 1
        if options.show and options.show in kind and outcome != "mended":
            print(f"  {outcome:8} {typed} → {bench(typed).text} ({meant})")
    print(f"\n### {name}, seed {options.seed}\n\n| slip | n | {' | '.join(COLUMNS)} |")
    print(f"|---|---|{'---|' * len(COLUMNS)}")
    for kind, outcomes in found.items():
        n = outcomes.total()
        print(f"| {kind} | {n} | {' | '.join(f'{outcomes[c] / n:.1%}' for c in COLUMNS)} |")
    harm(bench, "right phrases", [*english, *zh], options.changed)
    harm(bench, "all queries", queries, options.changed)
    struck_queries = list(dict.fromkeys(typed for _, typed, _ in random.sample(cases, min(500, len(cases)))))
    for what, texts in (("struck", struck_queries), ("real", queries[:500])):
        if len(texts) > 1:
            took = times(bench, texts)
            cents = quantiles(took, n=100)
            print(f"\n{len(texts)} {what} queries: p50 {cents[49]:.2f} ms, p95 {cents[94]:.2f}, worst {max(took):.1f}")


def harm(bench: Bench, what: str, texts: list[str], show: bool) -> None:
    """How many texts are changed unasked."""
    changed = [(text, u.text) for text in texts if (u := bench(text)).sure]
    offered = sum(bench(text).did_you_mean is not None for text in texts)
    if texts:
        share = f"changed {len(changed) / len(texts):.2%}, offered {offered / len(texts):.2%}"
        print(f"\n{what}: {len(texts)}, {share}")
    for text, read in changed if show else ():
        print(f"  {text} → {read}")


def parser() -> argparse.ArgumentParser:
    """The options."""
    found = argparse.ArgumentParser("python -m benchmarks.understanding.spelling")
    found.add_argument("shops", nargs="+", type=Path)
    found.add_argument("--queries", nargs="*", type=Path, default=[], help="files of real queries, one a line")
    found.add_argument("--seed", type=int, default=1)
    found.add_argument("--count", type=int, default=200, help="right phrases of each sort")
    found.add_argument("--show", default="", help="print what was not mended of kinds with this in their name")
    found.add_argument("--changed", action="store_true", help="print the queries that were changed")
    return found


if __name__ == "__main__":
    raise SystemExit(main())
