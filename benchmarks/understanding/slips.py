"""Slips of hand, ear and input method, one function a kind: (text, random) → the text as typed, or None.

English words of four letters or more, Chinese words of two characters or more are struck; None where there is none.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from random import Random
from typing import Final, TypeAlias

from pypinyin import lazy_pinyin

from shelfwise.evaluation.typos import neighbours
from shelfwise.language.pinyin import sound
from shelfwise.language.shapes import confusable

Slip: TypeAlias = Callable[[str, Random], str | None]

WORD: Final = re.compile(r"(?<![A-Za-z0-9-])[A-Za-z]{4,}(?![A-Za-z0-9-])")
HAN: Final = re.compile(r"[\u4e00-\u9fff]")
RUN: Final = re.compile(r"[\u4e00-\u9fff]{2,}")
ALIKE: Final = {"a": "а", "c": "с", "e": "е", "i": "і", "o": "о", "p": "р", "x": "х", "y": "у", "s": "ѕ", "j": "ј"}
DIGITS: Final = {"o": "0", "l": "1", "i": "1", "s": "5", "e": "3"}
FUZZY: Final = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("n", "l"), ("ang", "an"), ("eng", "en"), ("ing", "in"))
HOMOPHONES: Final = 5  # a keyboard offers the frequent characters of a sound first


def _in_word(change: Callable[[str, Random], str | None]) -> Slip:
    """A slip in one English word of the text."""

    def slip(text: str, random: Random) -> str | None:
        words = list(WORD.finditer(text))
        if not words:
            return None
        word = random.choice(words)
        changed = change(word[0], random)
        return None if changed in (None, word[0]) else f"{text[: word.start()]}{changed}{text[word.end() :]}"

    return slip


def _inside(word: str, random: Random) -> int:
    return random.randrange(len(word))


def substituted(word: str, random: Random) -> str:
    """A neighbouring key instead."""
    at = _inside(word, random)
    return word[:at] + random.choice(neighbours(word[at])) + word[at + 1 :]


def inserted(word: str, random: Random) -> str:
    """A neighbouring key as well."""
    at = _inside(word, random)
    return word[: at + 1] + random.choice(neighbours(word[at])) + word[at + 1 :]


def deleted(word: str, random: Random) -> str:
    """A letter left out."""
    at = _inside(word, random)
    return word[:at] + word[at + 1 :]


def transposed(word: str, random: Random) -> str:
    """Two letters exchanged."""
    at = random.randrange(len(word) - 1)
    return word[:at] + word[at + 1] + word[at] + word[at + 2 :]


def doubled(word: str, random: Random) -> str:
    """A letter twice, or a double letter once."""
    twice = [at for at in range(1, len(word)) if word[at] == word[at - 1]]
    if twice and random.random() < 0.5:
        at = random.choice(twice)
        return word[:at] + word[at + 1 :]
    at = _inside(word, random)
    return word[:at] + word[at] + word[at:]


def alike(word: str, random: Random) -> str | None:
    """A Cyrillic letter of the same look."""
    places = [at for at, letter in enumerate(word) if letter in ALIKE]
    if not places:
        return None
    at = random.choice(places)
    return word[:at] + ALIKE[word[at]] + word[at + 1 :]


def digits(word: str, random: Random) -> str | None:
    """A digit of the same look."""
    places = [at for at, letter in enumerate(word) if letter in DIGITS]
    if not places:
        return None
    at = random.choice(places)
    return word[:at] + DIGITS[word[at]] + word[at + 1 :]


def apostrophes(word: str, random: Random) -> str:
    """As a pinyin keyboard parts letters: ip'hone."""
    at = random.randrange(1, len(word))
    return f"{word[:at]}'{word[at:]}"


def joined(text: str, random: Random) -> str | None:
    """Two neighbouring English words as one."""
    gaps = [gap.start(1) for gap in re.finditer(r"(?<=[A-Za-z]{3})( )(?=[A-Za-z]{3})", text)]
    if not gaps:
        return None
    at = random.choice(gaps)
    return text[:at] + text[at + 1 :]


def full_width(text: str, random: Random) -> str | None:
    """Latin letters and digits as a Chinese keyboard writes them."""
    wide = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)
    return wide if wide != text else None


def punctuated(text: str, random: Random) -> str | None:
    """A Chinese full stop or dash inside a code or number."""
    found = re.search(r"(?<=[A-Za-z0-9])[.-](?=[0-9])", text)
    if found is None:
        return None
    return text[: found.start()] + {".": "。", "-": "——"}[found[0]] + text[found.end() :]


class Chinese:
    """Slips of Chinese: characters of `texts` by their sound, words by `cut`."""

    def __init__(self, texts: Iterable[str], cut: Callable[[str], list[tuple[int, int]]]) -> None:
        counts: dict[str, int] = defaultdict(int)
        for text in texts:
            for letter in text:
                if HAN.match(letter):
                    counts[letter] += 1
        self._cut = cut
        self._same: dict[str, list[str]] = defaultdict(list)
        self._near: dict[str, list[str]] = defaultdict(list)
        for letter, _ in sorted(counts.items(), key=lambda each: (-each[1], each[0])):
            self._same[lazy_pinyin(letter)[0]].append(letter)
            self._near[sound(letter)].append(letter)

    def homophone(self, text: str, random: Random) -> str | None:
        """A character of the same sound, tones aside."""
        return self._exchanged(text, random, lambda c: [o for o in self._same[lazy_pinyin(c)[0]] if o != c])

    def fuzzy(self, text: str, random: Random) -> str | None:
        """A character of a sound that many do not tell apart (z/zh, n/l, an/ang …)."""
        return self._exchanged(
            text, random, lambda c: [o for o in self._near[sound(c)] if lazy_pinyin(o) != lazy_pinyin(c)]
        )

    def shape(self, text: str, random: Random) -> str | None:
        """A character of nearly the same shape."""
        return self._exchanged(text, random, lambda c: list(confusable(c)))

    def _exchanged(self, text: str, random: Random, others: Callable[[str], list[str]]) -> str | None:
        places = [found.start() + at for found in RUN.finditer(text) for at in range(len(found[0]))]
        random.shuffle(places)
        for at in places:
            choice = others(text[at])[:HOMOPHONES]
            if choice:
                return text[:at] + random.choice(choice) + text[at + 1 :]
        return None

    def dropped(self, text: str, random: Random) -> str | None:
        """A character left out of a word of three or more."""
        return self._word(text, random, 3, lambda w: w[: (at := _inside(w, random))] + w[at + 1 :])

    def twice(self, text: str, random: Random) -> str | None:
        """A character written twice."""
        return self._word(text, random, 2, lambda w: w[: (at := _inside(w, random))] + w[at] + w[at:])

    def pinyin(self, text: str, random: Random) -> str | None:
        """All Chinese typed with the Latin keyboard on, one word."""
        return self._all(text, lambda w: "".join(lazy_pinyin(w)), "")

    def spaced_pinyin(self, text: str, random: Random) -> str | None:
        """The same with a space between words."""
        return self._all(text, lambda w: "".join(lazy_pinyin(w)), " ")

    def syllables(self, text: str, random: Random) -> str | None:
        """The same with a space after each syllable."""
        return self._all(text, lambda w: " ".join(lazy_pinyin(w)), " ")

    def fuzzy_pinyin(self, text: str, random: Random) -> str | None:
        """Pinyin as the ear has it: souji, zhidai."""

        def change(word: str) -> str:
            read = lazy_pinyin(word)
            at = random.randrange(len(read))
            read[at] = _mistaken(read[at], random)
            return "".join(read)

        changed = self._all(text, change, "")
        return changed if changed != self.pinyin(text, random) else None

    def mixed(self, text: str, random: Random) -> str | None:
        """One word in pinyin, the rest in characters."""
        words = [(s, e) for s, e in self._cut(text) if RUN.fullmatch(text[s:e])]
        if len(words) < 2:
            return None
        start, end = random.choice(words)
        return text[:start] + "".join(lazy_pinyin(text[start:end])) + text[end:]

    def _word(self, text: str, random: Random, least: int, change: Callable[[str], str]) -> str | None:
        words = [(s, e) for s, e in self._cut(text) if e - s >= least and RUN.fullmatch(text[s:e])]
        if not words:
            return None
        start, end = random.choice(words)
        return text[:start] + change(text[start:end]) + text[end:]

    def _all(self, text: str, change: Callable[[str], str], gap: str) -> str | None:
        if not RUN.fullmatch(text) or len(text) > 8:
            return None
        return gap.join(change(text[start:end]) for start, end in self._cut(text))


def _mistaken(syllable: str, random: Random) -> str:
    pairs = [(a, b) for a, b in (*FUZZY, *((b, a) for a, b in FUZZY))]
    random.shuffle(pairs)
    for one, other in pairs:
        initial = one[0] not in "aei"
        if initial and syllable.startswith(one) and not (len(one) == 1 and syllable[1:2] == "h"):
            return other + syllable[len(one) :]
        if not initial and syllable.endswith(one):
            return syllable[: -len(one)] + other
    return syllable


ENGLISH: Final[Mapping[str, Slip]] = {
    "neighbouring key instead": _in_word(substituted),
    "neighbouring key as well": _in_word(inserted),
    "letter left out": _in_word(deleted),
    "letters exchanged": _in_word(transposed),
    "letter doubled or not": _in_word(doubled),
    "words joined": joined,
    "Cyrillic look-alike": _in_word(alike),
    "digit for a letter": _in_word(digits),
    "apostrophe of pinyin": _in_word(apostrophes),
    "full width": full_width,
    "Chinese stop in a number": punctuated,
}


def chinese(slips: Chinese) -> Mapping[str, Slip]:
    """The kinds of Chinese slips by name."""
    return {
        "same sound": slips.homophone,
        "fuzzy sound": slips.fuzzy,
        "near shape": slips.shape,
        "character left out": slips.dropped,
        "character twice": slips.twice,
        "pinyin": slips.pinyin,
        "pinyin, a space a word": slips.spaced_pinyin,
        "pinyin, a space a syllable": slips.syllables,
        "pinyin by ear": slips.fuzzy_pinyin,
        "one word in pinyin": slips.mixed,
        "full width": full_width,
    }
