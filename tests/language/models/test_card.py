"""What a card keeps, and what is said of one that cannot be read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shelfwise.errors import EncoderError
from shelfwise.language.models.card import FILE, KINDS, Card

WHOLE = Card(
    "encoder",
    base="default",
    method="lora",
    recipe={"lr": 2e-5, "epochs": 3, "sizes": [384, 128]},
    data={"hash": "ab12", "pairs": 300},
    seed=7,
    git="f5ecc61",
    machine={"cores": 2},
    made="2026-01-01T00:00:00+00:00",
    parameters={"trained": 300_000, "total": 118_000_000},
    metrics={"ndcg@10": 0.81},
    limits=("Knows no French.",),
    more={"colour": "red"},
)


def test_what_is_written_is_read(tmp_path: Path) -> None:
    WHOLE.write(tmp_path)
    assert Card.read(tmp_path) == WHOLE
    assert orjson.loads((tmp_path / FILE).read_bytes())["colour"] == "red"


def test_the_store_says_what_it_is_called(tmp_path: Path) -> None:
    WHOLE.write(tmp_path)
    found = Card.read(tmp_path, name="ours", version="0003")
    assert (found.name, found.version) == ("ours", "0003")


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@given(
    st.sampled_from(KINDS),
    st.dictionaries(st.text(), json_values, max_size=4),
    st.dictionaries(st.text().filter(lambda key: key not in WHOLE.as_json()), json_values, max_size=3),
)
def test_any_recipe_and_any_unknown_field_come_back(kind: Any, recipe: dict[str, Any], more: dict[str, Any]) -> None:
    card = Card(kind, recipe=recipe, more={key: value for key, value in more.items() if key != "more"})
    assert Card.from_json(orjson.loads(orjson.dumps(card.as_json()))) == card


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"{", "not JSON"),
        (b"[]", "found list, expected an object"),
        (b"{}", "field kind: missing, expected one of encoder"),
        (b'{"kind": "ranker"}', "field kind: found 'ranker', expected one of"),
        (b'{"kind": "encoder", "seed": "1"}', "field seed: found '1', expected a whole number"),
        (b'{"kind": "encoder", "seed": true}', "field seed"),
        (b'{"kind": "encoder", "base": 1}', "field base: found 1, expected a text"),
        (b'{"kind": "encoder", "recipe": []}', r"field recipe: found \[\], expected an object"),
        (b'{"kind": "encoder", "limits": [1]}', r"field limits: found \[1\], expected texts"),
        (None, "cannot be read: No such file"),
    ],
)
def test_a_bad_card_is_named_with_its_field(tmp_path: Path, content: bytes | None, message: str) -> None:
    if content is not None:
        (tmp_path / FILE).write_bytes(content)
    with pytest.raises(EncoderError, match=rf"card\.json: {message}"):
        Card.read(tmp_path)


def test_the_card_of_a_head_of_intents_is_one_too(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b'{"data": "ab12", "encoder": "fake-256", "seed": 0, "made": "", "texts": 10}')
    found = Card.read(tmp_path, name="intent")
    assert (found.kind, found.data, found.more) == ("intent", {"hash": "ab12"}, {"encoder": "fake-256", "texts": 10})
