"""A small analyzer for tests of what stands on top of one: lower case, plural s off, Chinese words from a list."""

from __future__ import annotations

import re

from shelfwise.language.base import Analysis, Analyzer, Token
from shelfwise.retrieval.base import FacetRequest
from shelfwise.retrieval.compounds import Compounds
from shelfwise.retrieval.plan import Planned, Planner, PlanSettings
from shelfwise.retrieval.slots import Expander
from shelfwise.settings import SearchSettings, UnderstandingSettings
from shelfwise.types import Float32, Query
from shelfwise.understander import Understander, word_steps
from shelfwise.understanding.spelling.fixes import Corrector

HAN = (
    "笔记本电脑",
    "洗衣机",
    "手机壳",
    "手机",
    "耳机",
    "蓝牙",
    "键盘",
    "电脑",
    "智能",
    "手表",
    "智能手表",
    "无线",
    "电视",
)

CODE = r"\b(?=[A-Za-z]*-?\d)(?=\d*-?[A-Za-z])[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*\b"


class SmallAnalyzer:
    fingerprint = "small"

    def analyze(self, text: str) -> Analysis:
        words: list[Token] = []
        codes: list[Token] = []
        grams: list[Token] = []
        for match in re.finditer(r"[A-Za-z0-9]+|[\u4e00-\u9fff]+", text):
            piece, start = match.group(), match.start()
            if piece[0] >= "\u4e00":
                words += _han(piece, start)
                grams += [Token(piece[i : i + 2], start + i, start + i + 2) for i in range(len(piece) - 1)]
            else:
                lower = piece.lower()
                stem = lower[:-1] if len(lower) > 3 and lower.endswith("s") else lower
                words.append(Token(stem, start, match.end()))
        for match in re.finditer(CODE, text, re.ASCII):
            codes += [Token(match.group().lower().replace("-", ""), match.start(), match.end())]
        return Analysis(tuple(words), tuple(codes), tuple(grams))


def _han(run: str, start: int) -> list[Token]:
    tokens, at = [], 0
    while at < len(run):
        size = next((n for n in range(6, 1, -1) if run[at : at + n] in HAN), 1)
        size = min(size, len(run) - at)
        tokens.append(Token(run[at : at + size], start + at, start + at + size))
        at += size
    return tokens


class Planning:
    """A planner behind the steps that read words, as a searcher runs them."""

    def __init__(
        self,
        analyzer: Analyzer,
        synonyms: Expander | None = None,
        speller: Corrector | None = None,
        compounds: Compounds | None = None,
        *,
        settings: PlanSettings | None = None,
        search: SearchSettings | None = None,
    ) -> None:
        search = search or SearchSettings()
        self.understander = Understander(word_steps(analyzer, speller), [], search, UnderstandingSettings())
        self.planner = Planner(analyzer, synonyms, compounds, settings, search=search)

    def plan(self, query: Query, vector: Float32 | None = None, facets: tuple[FacetRequest, ...] = ()) -> Planned:
        u = self.understander.words(query)
        planned = self.planner.plan(u, query, facets)
        return planned if vector is None else planned.with_meaning(lambda: u.but(vector=vector))


def read_as(planned: Planned) -> tuple[str, tuple[str, ...], str | None]:
    """The text that is searched, what was corrected in it, and what else was offered."""
    u = planned.understanding
    return u.reading.text, tuple(correction.original for correction in u.corrections), u.did_you_mean
