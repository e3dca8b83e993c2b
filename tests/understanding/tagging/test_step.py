"""What a tagger adds to an understanding."""

from __future__ import annotations

from dataclasses import dataclass

from shelfwise.understanding.base import Constraint, Understanding
from shelfwise.understanding.tagging.base import Span
from shelfwise.understanding.tagging.step import SURE, TaggerStep

TEXT = "Acme 手机壳 红色 k9"


@dataclass
class _Finds:
    spans: list[Span]

    def tag(self, text: str) -> list[Span]:
        return self.spans


def _added(u: Understanding, *spans: Span) -> list[Constraint]:
    after = TaggerStep(_Finds(list(spans)))(u)
    assert list(after.constraints) == sorted(after.constraints, key=lambda one: one.start)
    return [one for one in after.constraints if one not in u.constraints]


def test_spans_become_soft_constraints_without_a_filter() -> None:
    spans = Span(0, 4, "HPPX", 0.9), Span(5, 8, "product", 0.8), Span(12, 14, "XH", 0.7)
    brand, product, model = _added(Understanding(TEXT, text=TEXT), *spans)
    assert brand == Constraint("brand", "Acme", 0, 4, value="acme", confidence=0.9, source="model")
    assert (product.kind, product.text, product.value) == ("product", "手机壳", "手机壳")
    assert (model.kind, model.text) == ("model", "k9")
    assert not any(one.hard or one.consumed or one.filter for one in (brand, product, model))


def test_what_is_unsure_or_of_no_known_kind_is_left_out() -> None:
    spans = Span(0, 4, "brand", SURE - 0.01), Span(5, 8, "MISC", 1.0)
    assert _added(Understanding(TEXT, text=TEXT), *spans) == []


def test_what_is_there_stays_and_nothing_overlaps_it() -> None:
    colour = Constraint("colour", "红色", 9, 11, value="red")
    u = Understanding(TEXT, text=TEXT, constraints=(colour,), silent=((0, 4),))
    (model,) = _added(u, Span(0, 4, "brand"), Span(7, 10, "product"), Span(12, 14, "model"))
    assert model.text == "k9"


def test_what_the_shopper_took_back_stays_away() -> None:
    u = Understanding(TEXT, text=TEXT, dismissed=("brand:acme",))
    assert _added(u, Span(0, 4, "brand")) == []
