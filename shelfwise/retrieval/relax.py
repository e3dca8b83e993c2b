"""When nothing matches: the same question, asked a little wider at each step, and what was given up for it.

1. spelling  corrections that were only offered are searched
2. match     half as many of the words must match
3. words     words that no product has are left out, then the least telling ones, half of them at a time
4. match     any one of the words is enough
5. filter    filters are left out one after the other: facts first, category and availability last

With a vector every product that passes the filter is a candidate, so that 2 to 4 could find nothing more.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from shelfwise.retrieval.base import Plan, TextClause
from shelfwise.retrieval.filters import fields_of
from shelfwise.retrieval.labels import humanise
from shelfwise.retrieval.plan import Planned
from shelfwise.types import AllOf, And, AnyOf, Exists, Filter, NoneOf, Not, Or, Range, Relaxation
from shelfwise.understanding.base import Frequency

MAX_FILTER_STEPS: Final = 8  # then all others at once
# What is given up first; fields that are not here are attributes and tags, given up before all these.
KEPT: Final = (
    "rating",
    "discount",
    "released",
    "updated",
    "language",
    "price",
    "list_price",
    "brand",
    "category",
    "id",
)
LAST: Final = "available"


def relaxations(
    planned: Planned, corrected: Planned | None, frequency: Frequency | None = None
) -> Iterator[tuple[Relaxation, Plan]]:
    """Steps and plans, each wider than the one before; run them until one finds something.

    `corrected` is the same query with what was only offered as a correction in place; None where nothing was.
    `frequency` tells which words are telling (rare ones); without it, long ones are.
    """
    plan, words = planned.plan, planned.words
    if corrected is not None and plan.text is not None and corrected.plan.text is not None:
        plan, words = replace(plan, text=corrected.plan.text), corrected.words
        known = {correction.original for correction in planned.understanding.corrections}
        found = corrected.understanding.corrections
        yield Relaxation("spelling", tuple(c.original for c in found if c.original not in known)), plan
    if plan.text is not None and plan.vector is None:
        for relaxation, text in _wider_texts(plan.text, words, frequency):
            yield relaxation, replace(plan, text=text)
        plan = replace(plan, text=_any_word(plan.text))
    for relaxation, filters in _wider_filters(plan.filter):
        yield relaxation, replace(plan, filter=filters)


def _wider_texts(
    text: TextClause, words: tuple[str, ...], frequency: Frequency | None
) -> Iterator[tuple[Relaxation, TextClause]]:
    """Only steps that can find more: nothing is wider than that any one word is enough."""
    count, share = len(text.slots), text.minimum_match
    if _required(count, share) == 1:
        return
    if _required(count, share / 2) > 1:
        yield Relaxation("match", ()), replace(text, minimum_match=share / 2)
    known = _known(text, words, frequency)
    order = sorted(range(count), key=lambda position: (known[position] > 0, -known[position], -position))
    for left in _fewer(count, sum(number == 0 for number in known)):
        gone = set(order[: count - left])
        slots = tuple(slot for position, slot in enumerate(text.slots) if position not in gone)
        dropped = tuple(word for position, word in enumerate(words) if position in gone)
        yield Relaxation("words", dropped), replace(text, slots=slots)
        if _required(left, share) == 1:
            break
    yield Relaxation("match", ()), _any_word(text)


def _fewer(count: int, unknown: int) -> Iterator[int]:
    """How many words are left at each step: those that products have, then half, a quarter …, one."""
    if 0 < unknown < count:
        count -= unknown
        yield count
    while count > 1:
        count = (count + 1) // 2
        yield count


def _known(text: TextClause, words: tuple[str, ...], frequency: Frequency | None) -> list[int]:
    """How many products have each word in some spelling; without frequencies, less the longer it is."""
    if frequency is None:
        return [max(1, 100 - len(word)) for word in words]
    return [
        max(
            min(frequency(alternative.group, token) for token in alternative.tokens)
            for alternative in slot.alternatives
        )
        for slot in text.slots
    ]


def _required(count: int, share: float) -> int:
    return max(1, int(count * share + 1e-9))


def _any_word(text: TextClause) -> TextClause:
    return replace(text, minimum_match=min(text.minimum_match, 1.0 / len(text.slots)))


def _wider_filters(filters: Filter | None) -> Iterator[tuple[Relaxation, Filter | None]]:
    if filters is None:
        return
    parts = sorted(filters.filters if isinstance(filters, And) else (filters,), key=_firmness)
    for dropped in range(1, min(len(parts), MAX_FILTER_STEPS)):
        yield Relaxation("filter", tuple(map(describe, parts[:dropped]))), _all(parts[dropped:])
    if parts:
        yield Relaxation("filter", tuple(map(describe, parts))), None


def _all(parts: Sequence[Filter]) -> Filter:
    return parts[0] if len(parts) == 1 else And(tuple(parts))


def _firmness(part: Filter) -> int:
    """How much a shopper seems to mind a filter: that of its firmest field."""
    return max((_field_firmness(field) for field in fields_of(part)), default=0)


def _field_firmness(field: str) -> int:
    if field == LAST:
        return len(KEPT) + 1
    return KEPT.index(field) + 1 if field in KEPT else 0


def describe(part: Filter) -> str:
    """A filter in a few words.

    >>> describe(Range("price", 100, None)), describe(AnyOf("attributes.color", ("red", "blue")))
    ('Price: ≥ 100', 'Color: red, blue')
    """
    if isinstance(part, And | Or):
        return ", ".join(dict.fromkeys(map(describe, part.filters)))
    if isinstance(part, Not):
        return f"not ({describe(part.filter)})"
    name = humanise(part.field.removeprefix("attributes."))
    if isinstance(part, Range):
        return f"{name}: {_bounds(part)}"
    if isinstance(part, Exists):
        return name
    values = ", ".join(str(value) for value in part.values)
    return f"{name}: {_SIGNS[type(part)]}{values}"


_SIGNS: Final = {AnyOf: "", AllOf: "", NoneOf: "not "}


def _bounds(part: Range) -> str:
    if part.low is not None and part.high is not None:
        return f"{part.low:g}–{part.high:g}"
    return f"≥ {part.low:g}" if part.low is not None else f"≤ {part.high:g}" if part.high is not None else "any"
