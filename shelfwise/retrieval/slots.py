"""The words of a query become slots: each with all that counts as the same word."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from shelfwise.language.base import Analysis, Analyzer, Token
from shelfwise.language.codes import LONGEST, canonical_code, is_code
from shelfwise.language.spans import groups, outer
from shelfwise.retrieval.base import Alternative, Slot
from shelfwise.retrieval.compounds import Compounds
from shelfwise.retrieval.document import characters
from shelfwise.understanding.spelling.fixes import Applied

MAX_HINTS: Final = 96
KIND_WORDS: Final = 4  # longest name of a category that a query is searched for
FEW: Final = 3  # products that share a code which is still the name of a product, not of a kind


class Expander(Protocol):
    """Finds what else a sequence of tokens may be called."""

    def expand(self, tokens: Sequence[str]) -> list[tuple[int, int, tuple[str, ...], float]]:
        """(first position, last + 1, other tokens, weight) of each synonym; they may overlap."""
        ...


@dataclass(frozen=True, slots=True)
class Weights:
    """What an alternative is worth beside the word itself (1.0)."""

    synonym: float = 0.5  # what is called by the word itself comes first
    compound: float = 0.8
    code: float = 1.0
    gram: float = 0.7
    lone_gram: float = 0.5  # a pair of characters that spans two words
    max_alternatives: int = 12


@dataclass(frozen=True, slots=True)
class Word:
    """A word of the query: its token, and how it stands in the text. `whole`: the longer word that it was cut from."""

    token: Token
    text: str
    whole: str = ""


class SlotMaker:
    """Words → slots. What covers several words (a synonym, a code) is an alternative of each word it covers.

    So `mobile phone case` finds "cellphone case" fully, and "phone case" still by two words of three.
    """

    def __init__(
        self, analyzer: Analyzer, synonyms: Expander | None, compounds: Compounds | None, weights: Weights
    ) -> None:
        self._analyzer = analyzer
        self._synonyms = synonyms
        self._compounds = compounds
        self._weights = weights

    def words(self, text: str, analysis: Analysis) -> Iterator[Word]:
        """The words of a text; one that no product has is cut into those inside it that products have.

        降噪耳机 is a word of the synonyms, but titles say 降噪 here and 耳机 there.
        """
        for group in groups(analysis.words):
            parts = self._parts(group)
            for token in parts or group[:1]:
                yield Word(token, text[token.start : token.end], group[0].text if parts else "")

    def _parts(self, group: Sequence[Token]) -> tuple[Token, ...]:
        if self._compounds is None or group[0].text.isascii() or self._compounds.frequency("words", group[0].text):
            return ()
        parts = pieces(group)
        return parts if all(self._compounds.frequency("words", part.text) for part in parts) else ()

    def slots(
        self,
        text: str,
        analysis: Analysis,
        words: Sequence[Word],
        applied: Sequence[Applied],
    ) -> tuple[Slot, ...]:
        """One slot for each of `words`, in the same order."""
        found = [[self._itself(word, applied)] for word in words]
        for more in (
            self._corrections(words, applied),
            self._codes(text, analysis, words),
            self._grams(analysis, words),
            self._compound(text, analysis, words),
            self._synonymous(words),
        ):
            for position, alternative in more:
                found[position].append(alternative)
        return tuple(Slot(_distinct(alternatives)[: self._weights.max_alternatives]) for alternatives in found)

    def kinds(self, words: Sequence[Word], slots: Sequence[Slot]) -> tuple[Alternative, ...]:
        """The kind of product asked for: the name of a category at the end of the query, the longest there is.

        English and Chinese alike name the thing last (`black phone case`, 黑色手机壳); numbers may follow it.
        """
        end = next((at for at in range(len(words), 0, -1) if not re.search(r"\d", words[at - 1].text)), 0)
        for start in range(max(0, end - KIND_WORDS), end):
            run = slots[start:end]
            names = {"_".join(word.token.text for word in words[start:end])}
            names |= {"_".join(a.tokens) for a in run[0].alternatives if a.group == "words" and _in_all(a, run[1:])}
            known = sorted(name for name in names if self._compounds and self._compounds.frequency("kinds", name))
            if known:
                return tuple(Alternative((name,), 1.0, "kinds") for name in known)
        return ()

    def names_products(self, slots: Sequence[Slot]) -> bool:
        """Whether a slot holds a code that some products have, but at most FEW."""
        if self._compounds is None:
            return False
        frequency = self._compounds.frequency
        codes = {a.tokens[0] for slot in slots for a in slot.alternatives if a.group == "codes"}
        return any(0 < frequency("codes", code) <= FEW for code in codes)

    def _itself(self, word: Word, applied: Sequence[Applied]) -> Alternative:
        for fix in applied:
            if _overlaps(word.token, fix.start, fix.end):
                return Alternative((word.token.text,), 1.0, "words", fix.fix.best.source)
        return Alternative((word.token.text,))

    def _corrections(self, words: Sequence[Word], applied: Sequence[Applied]) -> Iterator[tuple[int, Alternative]]:
        """The words as typed, and the readings that were not the best."""
        for fix in applied:
            inside = [i for i, word in enumerate(words) if _overlaps(word.token, fix.start, fix.end)]
            others = [(fix.original, 1.0, "query")]
            sure = fix.fix.best.confidence
            others += [(r.text, r.confidence / sure, r.source) for r in fix.fix.readings[1:]]
            for other, weight, source in others:
                tokens = tuple(token.text for token in outer(self._analyzer.analyze(other).words))
                for position in inside if tokens else ():
                    yield position, Alternative(tokens, weight, "words", source)  # type: ignore[arg-type]

    def _codes(self, text: str, analysis: Analysis, words: Sequence[Word]) -> Iterator[tuple[int, Alternative]]:
        """Codes in the query, words that are a code of the catalogue, and neighbours that make one together."""
        spans = [(token.start, token.end, token.text) for token in analysis.codes]
        for start, end, token in (*spans, *self._catalogue_codes(text, words)):
            for position, word in enumerate(words):
                if _overlaps(word.token, start, end):
                    yield position, Alternative((token,), self._weights.code, "codes")

    def _catalogue_codes(self, text: str, words: Sequence[Word]) -> Iterator[tuple[int, int, str]]:
        """What looks like a code, or like nothing else, and is a code of the catalogue."""
        if self._compounds is None:
            return
        frequency = self._compounds.frequency
        for start, end, token, word in _possible_codes(text, words):
            if (is_code(token) or (word and not frequency("words", word))) and frequency("codes", token):
                yield start, end, token

    def _synonymous(self, words: Sequence[Word]) -> Iterator[tuple[int, Alternative]]:
        if self._synonyms is None:
            return
        for first, last, tokens, weight in (
            *self._synonyms.expand([word.token.text for word in words]),
            *self._of_wholes(words),
        ):
            for position in range(first, last) if self._known(tokens) else ():
                yield position, Alternative(tokens, weight * self._weights.synonym, "words", "synonym")

    def _of_wholes(self, words: Sequence[Word]) -> Iterator[tuple[int, int, tuple[str, ...], float]]:
        """Synonyms of the words that were cut, each for all its parts."""
        for whole in dict.fromkeys(word.whole for word in words if word.whole):
            inside = [at for at, word in enumerate(words) if word.whole == whole]
            for _, _, tokens, weight in self._synonyms.expand([whole]) if self._synonyms else ():
                yield inside[0], inside[-1] + 1, tokens, weight

    def _known(self, tokens: Sequence[str]) -> bool:
        """Whether the catalogue has all the tokens; what it lacks need not be searched."""
        compounds = self._compounds
        return compounds is None or all(compounds.frequency("words", token) > 0 for token in tokens)

    def _compound(self, text: str, analysis: Analysis, words: Sequence[Word]) -> Iterator[tuple[int, Alternative]]:
        """A word in its parts, and two words as one."""
        weight, compounds = self._weights.compound, self._compounds
        made_of = {group[0]: pieces(group) for group in groups(analysis.words)}
        for position, word in enumerate(words):
            inside = tuple(token.text for token in made_of.get(word.token, ()))
            parts = inside or (compounds and compounds.split(word.text))
            if parts:
                yield position, Alternative(parts, weight, "words", "compound")
        for position in range(len(words) - 1 if compounds else 0):
            joined = compounds and compounds.join(text, words[position].token, words[position + 1].token)
            if joined:
                yield position, Alternative((joined,), weight, "words", "compound")
                yield position + 1, Alternative((joined,), weight, "words", "compound")

    def _grams(self, analysis: Analysis, words: Sequence[Word]) -> Iterator[tuple[int, Alternative]]:
        """Chinese words as character pairs; a lone character in the pairs that it makes with its neighbours."""
        for position, word in enumerate(words):
            start, end = word.token.start, word.token.end
            inside = tuple(g.text for g in analysis.grams if start <= g.start and g.end <= end)
            if inside:
                yield position, Alternative(inside, self._weights.gram, "grams")
            elif end - start == 1:
                for gram in analysis.grams:
                    if _overlaps(word.token, gram.start, gram.end):
                        yield position, Alternative((gram.text,), self._weights.lone_gram, "grams")


def hints(analyses: Sequence[Analysis]) -> tuple[Alternative, ...]:
    """What tells matches apart without being asked for by itself: words inside words, pairs of Chinese characters,
    single characters."""
    found = [
        *((token.text, "words") for analysis in analyses for token in _inner(analysis)),
        *((gram.text, "grams") for analysis in analyses for gram in analysis.grams),
        *((character, "characters") for analysis in analyses for character in characters(analysis.grams)),
    ]
    return tuple(Alternative((text,), 1.0, group) for text, group in dict.fromkeys(found))[:MAX_HINTS]


def _in_all(alternative: Alternative, slots: Sequence[Slot]) -> bool:
    return all(any(other.tokens == alternative.tokens for other in slot.alternatives) for slot in slots)


def _inner(analysis: Analysis) -> Iterator[Token]:
    asked = set(outer(analysis.words))
    return (t for t in analysis.words if t not in asked and len(t.text) > 1 and not t.text.isdecimal())


def _possible_codes(text: str, words: Sequence[Word]) -> Iterator[tuple[int, int, str, str]]:
    """(start, end, code, word) of each word and of each two neighbours (these without a word)."""
    for position, word in enumerate(words):
        start = word.token.start
        if word.text.isascii():
            yield start, word.token.end, canonical_code(word.text), word.token.text
        if position + 1 < len(words):
            end = words[position + 1].token.end
            if end - start <= LONGEST and text[start:end].isascii():
                yield start, end, canonical_code(text[start:end]), ""


def pieces(group: Sequence[Token]) -> tuple[Token, ...]:
    """The longest words inside a word that make it up without a gap; () where none do. `group` as in `groups`.

    >>> [token.text for token in pieces([Token("移动硬盘", 0, 4), Token("移动", 0, 2), Token("硬盘", 2, 4)])]
    ['移动', '硬盘']
    """
    whole, *inside = group
    found: list[Token] = []
    at = whole.start
    for part in inside:
        if part.start == at and part.end - part.start < whole.end - whole.start:
            found.append(part)
            at = part.end
    return tuple(found) if at == whole.end else ()


def _overlaps(token: Token, start: int, end: int) -> bool:
    return token.start < end and start < token.end


def _distinct(alternatives: Sequence[Alternative]) -> tuple[Alternative, ...]:
    """Each spelling once, with its greatest weight, in order of first mention."""
    best: dict[tuple[tuple[str, ...], str], Alternative] = {}
    for alternative in alternatives:
        key = (alternative.tokens, alternative.group)
        if key not in best or best[key].weight < alternative.weight:
            best[key] = alternative
    return tuple(best.values())
