"""Words that shoppers use for the same thing: a file of rules, and how they apply to a query.

    tv, television, 电视                     every word finds all the others
    netbook => laptop                        one way: who asks for the left also finds the right
    cell phone, mobile phone, 手机 @ 0.8     a weight (0 < w ≤ 1): how much the other words count
    # a comment

Both sides may have several words. Rules apply to words as analysed, so `Televisions` follows `television`. They do not
chain: what a rule adds is not looked up again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Final

from shelfwise.errors import SettingsError
from shelfwise.language.base import Analyzer
from shelfwise.language.spans import outer
from shelfwise.language.stopwords import drop_stopwords

MAX_RULES: Final = 100_000
MAX_TERMS: Final = 100  # in one rule
MAX_CHARACTERS: Final = 100  # of one term
MAX_WORDS: Final = 8  # of one term


@dataclass(frozen=True, slots=True)
class Rule:
    """Who asks for one of `terms` also finds `others`. A two-way rule has the same terms on both sides."""

    terms: tuple[str, ...]
    others: tuple[str, ...]
    weight: float = 1.0


class Synonyms:
    """Rules, looked up by the tokens of a query.

    Chinese words are compared as characters, so a rule applies however the text around it was cut into words.
    """

    def __init__(self, rules: Iterable[Rule], analyzer: Analyzer) -> None:
        self._others: dict[str, dict[tuple[str, ...], float]] = {}
        self._longest = 1
        tokens_of: dict[str, tuple[str, ...]] = {}
        for rule in rules:
            for term in (*rule.terms, *rule.others):
                if term not in tokens_of:
                    tokens_of[term] = _tokens(term, analyzer)
            for term in rule.terms:
                self._add(tokens_of[term], [tokens_of[other] for other in rule.others], rule.weight)

    def expand(self, tokens: Sequence[str]) -> list[tuple[int, int, tuple[str, ...], float]]:
        """(first position, last + 1, other tokens, weight) of every synonym of every stretch of `tokens`."""
        found: list[tuple[int, int, tuple[str, ...], float]] = []
        for first in range(len(tokens)):
            for last in range(first + 1, min(first + self._longest, len(tokens)) + 1):
                others = self._others.get(_key(tokens[first:last]), {})
                found.extend((first, last, other, weight) for other, weight in others.items())
        return found

    def __len__(self) -> int:
        return len(self._others)

    def _add(self, term: tuple[str, ...], others: Iterable[tuple[str, ...]], weight: float) -> None:
        if not term:
            return
        key = _key(term)
        known = self._others.setdefault(key, {})
        for other in others:
            if other and not set(term) <= set(other):  # "mobile phone" adds nothing to who asks for "phone"
                known[other] = max(weight, known.get(other, 0.0))
        self._longest = max(self._longest, min(max(len(term), _han_length(key)), MAX_WORDS))


def default_rules() -> list[Rule]:
    """The rules that come with Shelfwise: common names of common things, in English and Chinese."""
    file = resources.files("shelfwise.retrieval") / "data" / "synonyms.txt"
    return parse_rules(file.read_text("utf-8"), "synonyms.txt")


def read_rules(path: Path) -> list[Rule]:
    """The rules of a file. Raises SettingsError naming file and line."""
    try:
        return parse_rules(path.read_text("utf-8-sig"), str(path))
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path}: not UTF-8 text: byte {error.start} cannot be read.") from error
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read: {error.strerror}.") from error


def parse_rules(text: str, name: str) -> list[Rule]:
    """The rules of a text; `name` is the file that errors point to.

    >>> parse_rules("netbook => laptop @ 0.7", "synonyms.txt")
    [Rule(terms=('netbook',), others=('laptop',), weight=0.7)]
    """
    rules: list[Rule] = []
    for number, line in enumerate(text.splitlines(), 1):
        content = line.partition("#")[0].strip()
        if content:
            rules.append(_rule(content, f"{name}:{number}"))
        if len(rules) > MAX_RULES:
            raise SettingsError(f"{name}:{number}: more than {MAX_RULES:,} rules.")
    return rules


def _rule(content: str, place: str) -> Rule:
    body, at, weight_text = content.partition("@")
    weight = _weight(weight_text, place) if at else 1.0
    sides = [_terms(side, place) for side in body.split("=>")]
    if len(sides) > 2:
        raise SettingsError(f"{place}: more than one '=>'; expected `word => other word`.")
    if len(sides) == 1 and len(sides[0]) < 2:
        raise SettingsError(f"{place}: only one term, {sides[0][0]!r}; expected at least two, divided by commas.")
    return Rule(sides[0], sides[-1], weight)


def _terms(side: str, place: str) -> tuple[str, ...]:
    terms = tuple(" ".join(term.split()) for term in side.replace(",", ",").split(","))
    if not all(terms):
        raise SettingsError(f"{place}: an empty term in {side.strip()!r}; expected words divided by commas.")
    if len(terms) > MAX_TERMS:
        raise SettingsError(f"{place}: {len(terms)} terms; expected at most {MAX_TERMS}.")
    for term in terms:
        if len(term) > MAX_CHARACTERS or len(term.split()) > MAX_WORDS:
            raise SettingsError(
                f"{place}: term {term[:40]!r}… is too long; at most {MAX_CHARACTERS} characters, {MAX_WORDS} words."
            )
    return terms


def _weight(text: str, place: str) -> float:
    try:
        weight = float(text)
    except ValueError:
        weight = 0.0
    if not 0 < weight <= 1:
        raise SettingsError(f"{place}: weight {text.strip()!r}; expected a number above 0 and at most 1.")
    return weight


def _tokens(term: str, analyzer: Analyzer) -> tuple[str, ...]:
    return tuple(token.text for token in outer(drop_stopwords(analyzer.analyze(term).words)))


def _key(tokens: Sequence[str]) -> str:
    """Tokens as one text: a space between words, none between Chinese ones."""
    return "".join(_spaced(tokens))


def _spaced(tokens: Sequence[str]) -> Iterator[str]:
    before = ""
    for token in tokens:
        if before and (before[-1].isascii() or token[0].isascii()):
            yield " "
        yield token
        before = token


def _han_length(key: str) -> int:
    return sum(not character.isascii() for character in key)
