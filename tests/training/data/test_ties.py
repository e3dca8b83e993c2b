from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from shelfwise.training.data.examples import Example
from shelfwise.training.data.ties import By, keys, tie
from tests.training.data.made import EXAMPLES, pair


def test_what_ties() -> None:
    example = Example("Lamp", ("good", "bad"), (1.0, 0.0), "g", "judgments")
    assert keys(example) == (("group", "g"), ("text", "lamp"), ("text", "good"))
    assert keys(example, "query") == (("group", "g"), ("text", "lamp"))


def test_facts_do_not_tie_products() -> None:
    assert keys(pair("q", "batteries included: no", group="p1", source="questions")) == (("group", "p1"), ("text", "q"))


@pytest.mark.parametrize("by", ["product", "query"])
@settings(deadline=None)
@given(examples=st.lists(EXAMPLES, max_size=12))
def test_components_are_those_of_the_graph(examples: list[Example], by: By) -> None:
    tied = [set(keys(example, by)) for example in examples]
    shares = np.array([[bool(one & other) for other in tied] for one in tied]).reshape(len(tied), len(tied))
    expected = connected_components(csr_array(shares), directed=False)[1] if tied else []
    components = tie(examples, by, most=1.0).components
    rows = range(len(examples))
    assert all((components[a] == components[b]) == (expected[a] == expected[b]) for a in rows for b in rows)


def test_a_text_of_half_the_catalogue_ties_no_longer() -> None:
    examples = [pair("notebook", f"text {number}", group=f"p{number}") for number in range(100)]
    examples += [pair(f"model {number}", f"text {number}", group=f"p{number}") for number in range(100)]
    ties = tie(examples)
    assert ties.loose == {("text", "notebook")}
    assert max(Counter(ties.components).values()) == 2


def test_a_group_always_ties() -> None:
    assert set(tie([pair(f"q{row}", f"t{row}", group="g") for row in range(300)]).components) == {0}


def test_nothing_is_tied_to_nothing() -> None:
    assert tie([]).components == []
