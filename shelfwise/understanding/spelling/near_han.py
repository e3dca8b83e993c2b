"""Chinese words near a stretch of characters: the same sound, a character of nearly the same shape, one edit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from rapidfuzz.distance import OSA

from shelfwise.language.pinyin import sound, syllables

LONGEST: Final = 6  # characters of a word or stretch
FREE: Final = 4  # characters of a word from which any one may be wrong or missing


@dataclass(frozen=True, slots=True)
class HanWord:
    """A Chinese word of the catalogue: how many products have it, its syllables without tones, its sound key."""

    text: str
    count: int
    syllables: tuple[str, ...]
    sound: str

    @classmethod
    def of(cls, text: str, count: int) -> HanWord:
        """The word as it sounds."""
        return cls(text, count, syllables(text), sound(text))


@dataclass(frozen=True, slots=True)
class HanCandidate:
    """A word that may have been meant; `cost` as in near_words (1.0: an ordinary slip)."""

    word: HanWord
    cost: float
    source: Literal["typo", "phonetic", "shape"]


class NearHan:
    """Chinese words by sound and by form."""

    def __init__(
        self,
        words: Iterable[HanWord],
        shapes: Callable[[str], Iterable[str]],
    ) -> None:
        self._shapes = shapes
        self._words = {word.text: word for word in words if len(word.text) > 1}
        self._by_sound: dict[str, list[HanWord]] = {}
        self._by_deletion: dict[str, list[HanWord]] = {}
        for word in self._words.values():
            self._by_sound.setdefault(word.sound, []).append(word)
            for form in _deletions(word.text) if FREE <= len(word.text) <= LONGEST else ():
                self._by_deletion.setdefault(form, []).append(word)

    def __contains__(self, text: str) -> bool:
        return text in self._words

    def near(self, text: str) -> list[HanCandidate]:
        """The words that may have been meant by `text` (2 to 6 characters), each once, at its least cost."""
        best: dict[str, HanCandidate] = {}
        for candidate in (*self._same_sound(text), *self._same_shape(text), *self._one_edit(text)):
            known = best.get(candidate.word.text)
            if candidate.word.text != text and (known is None or candidate.cost < known.cost):
                best[candidate.word.text] = candidate
        return list(best.values())

    def _same_sound(self, text: str) -> Iterator[HanCandidate]:
        heard = syllables(text)
        for word in self._by_sound.get(sound(text), []):
            if len(word.text) == len(text):
                differing = sum(a != b for a, b in zip(text, word.text, strict=True))
                exact = 0.0 if heard == word.syllables else 0.3
                yield HanCandidate(word, 0.2 + 0.3 * differing + exact, "phonetic")

    def _same_shape(self, text: str) -> Iterator[HanCandidate]:
        once = [text[:at] + other + text[at + 1 :] for at in range(len(text)) for other in self._shapes(text[at])]
        for form in once:
            if form in self._words:
                yield HanCandidate(self._words[form], 0.6, "shape")
        if len(text) < FREE or len(once) > 60:
            return
        for form, at in ((form, at) for form in once for at in range(len(text)) if form[at] == text[at]):
            for other in self._shapes(text[at]):
                twice = self._words.get(form[:at] + other + form[at + 1 :])
                if twice is not None:
                    yield HanCandidate(twice, 1.0, "shape")

    def _one_edit(self, text: str) -> Iterator[HanCandidate]:
        """One character other, too many or missing inside a long word; never only an end cut off or added."""
        if len(text) < FREE - 1:
            return
        for form in (text, *_deletions(text)):
            near = [*self._by_deletion.get(form, []), *filter(None, (self._words.get(form),))]
            for word in near:
                if OSA.distance(word.text, text) == 1 and word.text not in text and text not in word.text:
                    yield HanCandidate(word, 1.4, "typo")


def _deletions(text: str) -> Sequence[str]:
    return [text[:at] + text[at + 1 :] for at in range(len(text))]
