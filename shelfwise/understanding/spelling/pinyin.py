"""Chinese typed with a Latin keyboard on: `shouji`, `xi yi ji`, 蓝牙erji."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise
from typing import Final

from shelfwise.language.base import Token
from shelfwise.understanding.spelling.fixes import Fix
from shelfwise.understanding.spelling.lexicon import Lexicon
from shelfwise.understanding.spelling.near_han import HanWord
from shelfwise.understanding.spelling.near_pinyin import NearPinyin, Spelled
from shelfwise.understanding.spelling.readings import offered, readings

LETTERS: Final = (4, 48)  # fewest and most letters that are read as pinyin
RUN: Final = 12  # words
SURE_LETTERS: Final = 6  # letters from which pinyin by ear is searched unasked
_FINALS: Final = (
    "iang|iong|uang|ang|eng|ing|ong|ian|iao|uai|uan|ua|uo|ui|un|ue|ve|an|en|in|ai|ei|ao|ou|ia|ie|iu|er|[aeiouv]"
)
_SYLLABLE: Final = re.compile(f"(?:[zcs]h?|[bpmfdtnlgkhjqxryw])?(?:{_FINALS})")
_SYLLABLES: Final = re.compile(f"(?:{_SYLLABLE.pattern})+")
_HAN: Final = re.compile(r"[\u3400-\u9fff]")


class PinyinFixes:
    """Strange Latin words that spell Chinese words of the catalogue."""

    def __init__(self, lexicon: Lexicon, words: Sequence[HanWord]) -> None:
        self._lexicon = lexicon
        self._near = NearPinyin(words, lexicon.beside)

    def fixes(self, text: str, words: Sequence[tuple[Token, str]]) -> Iterator[Fix]:
        """Readings of the runs of words that may be pinyin. words: tokens and what was typed, folded."""
        for run in self._runs(text, words):
            first = 0
            while first < len(run):
                last = first + 1
                fix = None
                for last, paths in self._spelled(run[first:]):
                    fix = self._fix(text, run, first, first + last, paths)
                    if fix is not None:
                        yield fix
                        break
                first += last if fix is not None else 1

    def _runs(self, text: str, words: Sequence[tuple[Token, str]]) -> Iterator[list[tuple[Token, str]]]:
        """Neighbouring words that pinyin may be, none of them a longer word that is known otherwise."""
        run: list[tuple[Token, str]] = []
        for token, typed in words:
            if run and (text[run[-1][0].end : token.start] not in (" ", "'") or len(run) == RUN):
                yield run
                run = []
            long = len(typed) >= LETTERS[0] and not _SYLLABLE.fullmatch(typed)
            if _SYLLABLES.fullmatch(typed) and not (long and self._is_word(token, typed)):
                run.append((token, typed))
            elif run:
                yield run
                run = []
        if run:
            yield run

    def _is_word(self, token: Token, typed: str) -> bool:
        return self._lexicon.known(token.text, typed) > 0 or self._lexicon.general(typed)

    def _is_strange(self, token: Token, typed: str) -> bool:
        """Whether a word is none otherwise; catalogues have single syllables as parts of names."""
        if _SYLLABLE.fullmatch(typed) and len(typed) > 2:
            return not self._lexicon.general(typed)
        return not self._is_word(token, typed)

    def _spelled(self, run: Sequence[tuple[Token, str]]) -> Iterator[tuple[int, list[Spelled]]]:
        """(number of words, what they may spell), most words first; most of the words are no words otherwise."""
        ends = list(accumulate(len(typed) for _, typed in run))
        letters = "".join(typed for _, typed in run)[: LETTERS[1]]
        paths = self._near.spelled(letters, ends[:-1])
        strange = [self._is_strange(*word) for word in run]
        if any(self._lexicon.pair(left, right) for (_, left), (_, right) in pairwise(run)):
            return  # hong kong
        for number in range(len(run), 0, -1):
            at = ends[number - 1]
            if LETTERS[0] <= at < len(paths) and 2 * sum(strange[:number]) >= number:
                found = [path for path in paths[at] if _is_text(path)]
                if found:
                    yield number, found

    def _fix(
        self, text: str, run: Sequence[tuple[Token, str]], first: int, last: int, paths: Sequence[Spelled]
    ) -> Fix | None:
        start, end = run[first][0].start, run[last - 1][0].end
        letters = sum(len(typed) for _, typed in run[first:last])
        doubt = 2.0 * math.sqrt(len(paths[0].words)) * 2.0 ** ((SURE_LETTERS - letters) / 3)
        found = readings(((_strength(path), _text(path), "phonetic") for path in paths), doubt)
        if not found:
            return None
        whole = first == 0 and last == len(run)
        by_ear = paths[0].by_ear > 0 and letters < SURE_LETTERS
        if not whole or by_ear or not self._fits(text, start, end, found[0].text):
            found = offered(found)
        return Fix(start, end, found)

    def _fits(self, text: str, start: int, end: int, meant: str) -> bool:
        """Whether the catalogue has the Chinese on each side beside it; alone amid Chinese it is rather a brand."""
        before, after = text[max(0, start - 1) : start], text[end : end + 1]
        beside = [(before, meant)] if _HAN.match(before) else []
        beside += [(meant, after)] if _HAN.match(after) else []
        if beside:
            return all(self._lexicon.beside(*pair) for pair in beside)
        return end - start >= SURE_LETTERS or not _HAN.search(text)


def _is_text(path: Spelled) -> bool:
    """Whether words can be meant: lone characters are fewer than words, and go with what is beside them."""
    lone = sum(len(word.text) == 1 for word in path.words)
    return 2 * lone <= len(path.words) - (lone == len(path.words)) and not (path.apart and lone)


def _text(path: Spelled) -> str:
    return "".join(word.text for word in path.words)


def _strength(path: Spelled) -> float:
    """√ of the count of the rarest word, half as much for each pair never side by side and each word by ear."""
    least = min(word.count for word in path.words if len(word.text) > 1)
    return math.sqrt(least) * 0.5 ** (path.apart + path.by_ear)
