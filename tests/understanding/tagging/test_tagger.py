"""The trained tagger and what it remembers."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shelfwise.errors import CorruptIndexError, InputError
from shelfwise.understanding.tagging.base import Span, Tagged
from shelfwise.understanding.tagging.crf import KNOWN, MODEL, CrfTagger
from shelfwise.understanding.tagging.remembered import FILE, Remembered
from shelfwise.understanding.tagging.training import CARD, evaluate_tagging, open_tagger, train_tagger

BRANDS = ("acme", "globex", "小米", "华为", "initech", "umbrella", "美的", "格力")
THINGS = ("usb stick", "mouse", "手机壳", "充电器", "cable", "laptop", "空调", "鼠标")
ODD = ("", " ", "\x00", "\ud800", "ﷺ" * 50, "👩‍👩‍👧", "a\u0301" * 9, "１２ｍｍ")


def _texts() -> list[Tagged]:
    found = []
    for i, brand in enumerate(BRANDS):
        for j, thing in enumerate(THINGS):
            start = len(brand) + 5
            found.append(
                Tagged(f"{brand} new {thing} {i}{j}", (Span(0, len(brand), "b"), Span(start, start + len(thing), "p")))
            )
    return found


def _bio(texts: Sequence[Tagged]) -> str:
    """As a file, one character a line."""
    lines = []
    for text in texts:
        for at, char in enumerate(text.text):
            inside = [span for span in text.spans if span.start <= at < span.end]
            tag = f"{'B' if inside[0].start == at else 'I'}-{inside[0].kind}" if inside else "O"
            lines.append(f"{char} {tag}\n")
        lines.append("\n")
    return "".join(lines)


@pytest.fixture(scope="module")
def tagger() -> CrfTagger:
    return CrfTagger.fit(_texts(), seed=0)


def test_it_learns(tagger: CrfTagger) -> None:
    assert tagger.tag("acme old 鼠标") == [Span(0, 4, "b"), Span(9, 11, "p")]


def test_it_generalises_to_a_name_never_seen(tagger: CrfTagger) -> None:
    assert tagger.tag("zyxel new usb stick 3")[0] == Span(0, 5, "b")


def test_confidence_is_the_least_marginal(tagger: CrfTagger) -> None:
    lattice = tagger.lattice("acme new usb stick")
    span = next(span for span in tagger.tag("acme new usb stick") if span.kind == "p")
    inside = [i for i, unit in enumerate(lattice.units) if span.start <= unit.start < span.end]
    best = lattice.marginals[inside].max(axis=1).min()
    assert span.confidence == pytest.approx(best)
    assert lattice.marginals.sum(axis=1) == pytest.approx(1.0)


@pytest.mark.parametrize("text", ODD)
def test_odd_texts(tagger: CrfTagger, text: str) -> None:
    tagger.tag(text)
    assert len(tagger.lattice(text).units) == len(tagger.lattice(text).marginals)


@settings(max_examples=30)
@given(st.text(max_size=60))
def test_any_text_gives_spans_in_order_without_overlap(tagger: CrfTagger, text: str) -> None:
    last = 0
    for span in tagger.tag(text):
        assert last <= span.start < span.end <= len(text)
        assert 0 <= span.confidence <= 1
        last = span.end


def test_the_same_seed_gives_the_same_tagger(tmp_path: Path, tagger: CrfTagger) -> None:
    tagger.save(tmp_path)
    before = (tmp_path / MODEL).read_bytes()
    CrfTagger.fit(_texts(), seed=0).save(tmp_path)
    assert (tmp_path / MODEL).read_bytes() == before


def test_saved_and_opened(tmp_path: Path, tagger: CrfTagger) -> None:
    tagger.save(tmp_path)
    again = CrfTagger.open(tmp_path)
    for text in _texts()[:9]:
        assert again.tag(text.text) == tagger.tag(text.text)
        assert [s.confidence for s in again.tag(text.text)] == [s.confidence for s in tagger.tag(text.text)]


@pytest.mark.parametrize("name", [MODEL, KNOWN, FILE])
@pytest.mark.parametrize("content", [None, b"", b"nonsense", b"[1]"])
def test_damaged_files(tmp_path: Path, tagger: CrfTagger, name: str, content: bytes | None) -> None:
    tagger.save(tmp_path)
    Remembered.of(tagger, _texts()).save(tmp_path)
    if content is None:
        (tmp_path / name).unlink()
    else:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(CorruptIndexError, match=name):
        open_tagger(tmp_path)


def test_nothing_to_learn_from() -> None:
    with pytest.raises(InputError, match="no span in 1 texts"):
        CrfTagger.fit([Tagged("mouse")])


class _Nothing:
    def tag(self, text: str) -> list[Span]:
        return []


def test_labelled_texts_are_answered_as_labelled() -> None:
    odd = Span(4, 9, "b")
    remembered = Remembered.of(_Nothing(), [Tagged("red mouse", (odd,)), Tagged("blue mouse")])
    assert remembered.tag("Red  Mouse") == [Span(5, 10, "b")]
    assert remembered.knows("BLUE mouse") and not remembered.knows("green mouse")
    assert remembered.tag("green mouse") == remembered.tag("blue mouse") == []


def test_of_contradicting_labels_the_frequent_ones_count() -> None:
    often, once = Tagged("usb hub", (Span(0, 7, "p"),)), Tagged("usb hub", (Span(4, 7, "p"),))
    assert Remembered.of(_Nothing(), [once, often, often]).tag("usb hub") == list(often.spans)
    assert Remembered.of(_Nothing(), [once, often]).tag("usb hub") == list(once.spans)


def test_trained_evaluated_written_and_opened(tmp_path: Path) -> None:
    texts = _texts()
    train, test = tmp_path / "train.txt", tmp_path / "test.txt"
    train.write_text(_bio(texts[::2]), "utf-8")
    test.write_text(_bio([*texts[1::2], texts[0]]), "utf-8")
    report = evaluate_tagging(train, test, seed=3, method="crf")
    assert set(report) >= {"precision", "recall", "f1", "types", "sentences", "seed", "method", "unseen", "seen"}
    assert (report["sentences"], report["seen"], report["seed"]) == (33, 1, 3)
    assert report["unseen"]["support"] == 64
    assert report["types"]["b"]["support"] == 33
    assert report["f1"] > 0.7
    card = train_tagger(train, test, tmp_path / "shop" / "tagger", 3)
    assert card["f1"] == report["f1"]
    assert json.loads((tmp_path / "shop" / "tagger" / CARD).read_text()) == card
    assert open_tagger(tmp_path / "shop" / "tagger").tag(texts[0].text) == list(texts[0].spans)


def test_an_unknown_method(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="'hmm', expected one of crf, encoder, auto"):
        evaluate_tagging(tmp_path, tmp_path, method="hmm")  # type: ignore[arg-type]
