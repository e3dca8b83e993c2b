from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shelfwise.errors import CorruptIndexError, InputError, NotFoundError, StorageError
from shelfwise.retrieval.base import (
    Alternative,
    Change,
    FacetRequest,
    FusionSettings,
    IndexedProduct,
    Matches,
    Plan,
    Slot,
    TextClause,
)
from shelfwise.retrieval.embedded import EmbeddedEngine, EmbeddedReader
from shelfwise.types import AllOf, And, AnyOf, Exists, Filter, NoneOf, Not, Or, Range, Sort
from tests.retrieval.engine_corpus import COLORS, DIM, TEXT_FIELDS, catalogue, passes, product, unit

N = 400
WORDS = {"words": {"title": 2.0, "description": 1.0}}


def clause(*words: str, **options: object) -> TextClause:
    return TextClause(tuple(Slot((Alternative((word,)),)) for word in words), WORDS, **options)  # type: ignore[arg-type]


class Live:
    """A reader, and what it should hold."""

    def __init__(self, folder: Path, products: list[IndexedProduct]) -> None:
        engine = EmbeddedEngine(TEXT_FIELDS)
        engine.build(products, folder / "engine")
        self.reader: EmbeddedReader = engine.open(folder / "engine")
        self.products = {item.id: item for item in products}

    def apply(self, *changes: Change) -> None:
        self.reader.apply(changes)
        for change in changes:
            self.products.pop(change.id, None)
            if change.product is not None:
                self.products[change.id] = change.product

    def ids(self, plan: Plan) -> list[str]:
        return [item.id for item in self.reader.search(plan).items]


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    live = Live(tmp_path_factory.mktemp("fresh"), catalogue(N))
    yield live
    live.reader.close()


@pytest.fixture(scope="module")
def changed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """An index after live changes of every kind, in several batches."""
    live = Live(tmp_path_factory.mktemp("changed"), catalogue(N))
    other = catalogue(N + 60, seed=7)
    for start in range(0, 60, 20):
        live.apply(*(Change("upsert", item.id, item) for item in other[start : start + 20]))
        live.apply(*(Change("upsert", item.id, item) for item in other[N + start : N + start + 20]))
        live.apply(*(Change("delete", f"p{number}") for number in range(start + 100, start + 110)))
        offers = [live.products[f"p{number}"] for number in range(start + 10, start + 30)]
        live.apply(*(Change("offer", item.id, cheaper(item)) for item in offers))
    yield live
    live.reader.close()


def cheaper(item: IndexedProduct) -> IndexedProduct:
    numbers = {**item.numbers, "price": 1.25, "attributes.discount": 1.0}
    return IndexedProduct(item.id, item.text, item.keywords, numbers, item.vector, b"cheaper " + item.payload)


@pytest.fixture(params=["fresh", "changed"])
def live(request: pytest.FixtureRequest) -> Live:
    return request.getfixturevalue(request.param)  # type: ignore[no-any-return]


# --- filters -------------------------------------------------------------------------------------------------

texts = st.one_of(
    st.tuples(st.just("brand"), st.lists(st.sampled_from([f"B{n}" for n in range(7)]), min_size=1, max_size=3)),
    st.tuples(
        st.just("category"), st.lists(st.sampled_from(["All", "All > C1", "All > C0 > D2"]), min_size=1, max_size=2)
    ),
    st.tuples(st.just("attributes.color"), st.lists(st.sampled_from(COLORS), min_size=1, max_size=3)),
    st.tuples(st.just("id"), st.lists(st.sampled_from(["p0", "p7", "p105", "p410", "nobody"]), min_size=1, max_size=4)),
)
numbers = st.one_of(
    st.tuples(st.just("price"), st.integers(0, 42).map(lambda n: n * 2.5)),
    st.tuples(st.just("rating"), st.integers(0, 10).map(lambda n: n / 2)),
    st.tuples(st.just("attributes.size"), st.integers(-4, 4).map(lambda n: n * 1e-3)),
    st.tuples(st.just("available"), st.sampled_from([0.0, 1.0])),
)
leaves = st.one_of(
    st.builds(lambda kind, pair: kind(pair[0], tuple(pair[1])), st.sampled_from([AnyOf, AllOf, NoneOf]), texts),
    st.builds(lambda kind, pair: kind(pair[0], (pair[1],)), st.sampled_from([AnyOf, NoneOf]), numbers),
    st.builds(lambda pair, width: Range(pair[0], pair[1], None if width is None else pair[1] + width), numbers,
              st.sampled_from([None, 0.0, 0.5, 20.0])),
    st.builds(lambda pair: Range(pair[0], None, pair[1]), numbers),
    st.builds(Exists, st.sampled_from(["price", "rating", "brand", "attributes.color", "attributes.size", "id"])),
)  # fmt: skip
filters = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: And(tuple(parts))),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: Or(tuple(parts))),
        inner.map(Not),
    ),
    max_leaves=5,
)
EVERY_WORD = clause(*(f"w{number}" for number in range(61)), minimum_match=0.001)


@settings(max_examples=60, deadline=None)
@given(filters)
def test_filters_pass_what_they_say(fresh: Live, changed: Live, condition: Filter) -> None:
    for live in (fresh, changed):
        expected = {id for id, item in live.products.items() if passes(item, condition)}
        by_mask = live.reader.search(Plan(filter=condition, limit=1000))
        assert {item.id for item in by_mask.items} == expected
        assert by_mask.total == len(expected)
        by_query = live.reader.search(Plan(text=EVERY_WORD, filter=condition, limit=1000))
        assert {item.id for item in by_query.items} == expected
        assert by_query.total == len(expected)


def test_a_filter_on_an_unknown_field_names_the_nearest(live: Live) -> None:
    with pytest.raises(InputError, match="Did you mean 'color'"):
        live.reader.search(Plan(filter=AnyOf("colr", ("red",))))


# --- ranking -------------------------------------------------------------------------------------------------


def test_dense_search_is_exact_under_filters(live: Live) -> None:
    rng = np.random.default_rng(3)
    for condition in (None, AnyOf("brand", ("B1",)), Range("price", 10, 20)):
        query = unit(rng)
        scored = {
            id: float(item.vector @ query)
            for id, item in live.products.items()
            if item.vector is not None and (condition is None or passes(item, condition))
        }
        best = sorted(scored, key=lambda id: -scored[id])[:10]
        found = live.reader.search(Plan(vector=query, filter=condition, limit=10))
        assert [item.id for item in found.items] == best
        assert [item.dense for item in found.items] == pytest.approx([scored[id] for id in best], abs=2e-3)


@pytest.mark.parametrize("fusion", [FusionSettings("rrf"), FusionSettings(lexical_weight=0.3, dense_weight=0.7)])
def test_every_candidate_has_both_scores_where_they_can_be_known(live: Live, fusion: FusionSettings) -> None:
    query, text = unit(np.random.default_rng(5)), clause("w3", "w5")
    everything = live.reader.search(Plan(text=text, limit=1000))
    lexical = {item.id: item.lexical for item in everything.items}
    found = live.reader.search(Plan(text=text, vector=query, fusion=fusion, candidates=20, limit=40))
    for item in found.items:
        vector = live.products[item.id].vector
        assert item.lexical == pytest.approx(lexical.get(item.id))
        assert item.dense == (None if vector is None else pytest.approx(float(vector @ query), abs=2e-3))
    scores = [item.score for item in found.items]
    assert scores == sorted(scores, reverse=True)
    assert 0 <= scores[-1] <= scores[0] <= 1 + 1e-6


@pytest.mark.parametrize("sort", ["relevance", "price", "-price", "-rating", "-newest"])
@pytest.mark.parametrize("kind", ["browse", "lexical", "dense", "hybrid"])
def test_pages_cover_the_matches_once(live: Live, sort: Sort, kind: str) -> None:
    text = clause("w1", "w2", minimum_match=0.5) if kind in ("lexical", "hybrid") else None
    vector = unit(np.random.default_rng(1)) if kind in ("dense", "hybrid") else None
    plan = {"text": text, "vector": vector, "sort": sort, "candidates": 30}
    whole = live.reader.search(Plan(**plan, limit=1000))  # type: ignore[arg-type]
    assert len(whole.items) == whole.total
    pages = [live.ids(Plan(**plan, offset=start, limit=17)) for start in range(0, whole.total + 17, 17)]  # type: ignore[arg-type]
    together = list(itertools.chain.from_iterable(pages))
    assert len(set(together)) == len(together) == whole.total
    assert together == [item.id for item in whole.items]
    if sort == "relevance":
        scores = [item.score for item in whole.items]
        assert scores == sorted(scores, reverse=True)
        return
    field = {"price": "price", "-price": "price", "-rating": "rating", "-newest": "released"}[sort]
    values = [live.products[id].numbers.get(field) for id in together]
    known = [value for value in values if value is not None]
    assert values[: len(known)] == known, "missing values come last"
    assert known == sorted(known, reverse=sort.startswith("-"))


@pytest.mark.parametrize("kind", ["lexical", "dense", "hybrid"])
def test_sorted_by_price_the_relevant_come_first(live: Live, kind: str) -> None:
    text = clause("w1", "w2", minimum_match=0.5) if kind != "dense" else None
    vector = unit(np.random.default_rng(1)) if kind != "lexical" else None
    plan = {"text": text, "vector": vector, "candidates": 400}
    score = {item.id: item.score for item in live.reader.search(Plan(**plan, limit=1000)).items}  # type: ignore[arg-type]
    best = max(score.values())
    for offset in (0, 5):
        found = live.ids(Plan(**plan, sort="price", relevant=0.7, limit=1000, offset=offset))  # type: ignore[arg-type]
        price = {id: live.products[id].numbers.get("price", np.inf) for id in score}
        expected = sorted(score, key=lambda id: (score[id] < 0.7 * best, price[id]))[offset:]
        assert [(score[id] < 0.7 * best, price[id]) for id in found] == [
            (score[id] < 0.7 * best, price[id]) for id in expected
        ]
    assert 0 < sum(value >= 0.7 * best for value in score.values()) < len(score)


def test_equal_scores_stand_in_order_of_id(tmp_path: Path) -> None:
    vector = unit(np.random.default_rng(0))
    ids = ["b", "d", "a", "c"]
    live = Live(tmp_path, [product(id, ("phone",), vector=vector) for id in ids])
    assert live.ids(Plan(text=clause("phone"), vector=vector)) == sorted(ids)
    live.reader.close()


def test_explanations_add_up(live: Live) -> None:
    text = TextClause(
        (
            Slot((Alternative(("w3",)), Alternative(("w4",), 0.7, source="typo"))),
            Slot((Alternative(("w1",)), Alternative(("w2", "w5"), 0.8, source="synonym"))),
        ),
        WORDS, 0.5, tie_breaker=0.2, phrase_boost=0.6, phrase_fields=("title", "description"),
    )  # fmt: skip
    plan = Plan(text=text, vector=unit(np.random.default_rng(2)), limit=60, explain=True)
    found = live.reader.search(plan)
    assert any(part.detail.startswith("phrase") for item in found.items for part in item.why)
    for item in found.items:
        assert total(item.why, "lexical") == pytest.approx(item.lexical or 0.0, rel=1e-4, abs=1e-5)
        assert total(item.why, "dense") == pytest.approx(item.dense or 0.0, abs=1e-5)
        assert total(item.why, "fusion") == pytest.approx(item.score, abs=1e-5)


def total(why: object, stage: str) -> float:
    return sum(part.value for part in why if part.stage == stage)  # type: ignore[attr-defined]


def test_similar_leaves_itself_out_and_filters(live: Live) -> None:
    id = next(id for id, item in live.products.items() if item.vector is not None)
    found = live.reader.similar(id, 5, AnyOf("brand", ("B1", "B2")))
    assert len(found.items) == 5
    assert id not in [item.id for item in found.items]
    assert all(live.products[item.id].keywords["brand"][0] in ("B1", "B2") for item in found.items)
    with pytest.raises(NotFoundError):
        live.reader.similar("nobody", 5)


# --- facets --------------------------------------------------------------------------------------------------


def matched(found: Matches, live: Live) -> list[IndexedProduct]:
    assert found.total == len(found.items)
    return [live.products[item.id] for item in found.items]


@pytest.mark.parametrize("kind", ["browse", "lexical", "hybrid"])
def test_facets_count_the_whole_match_set(live: Live, kind: str) -> None:
    plan = Plan(
        text=None if kind == "browse" else clause("w1", "w2", minimum_match=0.5),
        vector=unit(np.random.default_rng(1)) if kind == "hybrid" else None,
        filter=Range("price", 5, 80),
        facets=(
            FacetRequest("brand"),
            FacetRequest("color"),
            FacetRequest("category", "tree"),
            FacetRequest("rating", "range", bounds=(2.0, 4.0)),
            FacetRequest("rating", "histogram", interval=1.0),
            FacetRequest("size"),
            FacetRequest("price", "histogram", size=5, exclude_own=False),
        ),
        candidates=50,
        limit=1000,
    )
    found = live.reader.search(plan)
    items = matched(found, live)
    for facet in found.facets:
        for value in facet.values:
            assert value.count == sum(counts(item, facet.field, value) for item in items), (facet.field, value)
    brands = {item.keywords.get("brand", (None,))[0] for item in items} - {None}
    assert {value.value for value in found.facets[0].values} == brands
    tree = [value.value for value in found.facets[2].values]
    assert all(path.rpartition(" > ")[0] in ("", *tree[:place]) for place, path in enumerate(tree))
    prices = [item.numbers["price"] for item in items]
    assert (found.facets[-1].low, found.facets[-1].high) == (min(prices), max(prices))
    assert sum(value.count for value in found.facets[-1].values) == len(prices)


def counts(item: IndexedProduct, field: str, value: object) -> bool:
    number = item.numbers.get(field)
    low, high, name = value.low, value.high, value.value  # type: ignore[attr-defined]
    if low is None and high is None:
        return name in item.keywords.get(field, ()) or (number is not None and f"{number:.15g}" == name)
    return number is not None and (low is None or number >= low) and (high is None or number < high)


def test_a_facets_own_selection_does_not_empty_it(live: Live) -> None:
    vector = unit(np.random.default_rng(1))
    plan = Plan(clause("w1"), vector, And((AnyOf("brand", ("B1", "nobody")), Range("price", 0, 60))),
                (FacetRequest("brand"), FacetRequest("brand", exclude_own=False), FacetRequest("color")))  # fmt: skip
    found = live.reader.search(plan)
    own, narrow, _ = found.facets
    chosen = {value.value: value.count for value in own.values if value.selected}
    assert chosen == {"B1": found.total, "nobody": 0}
    assert len(own.values) > 3
    assert [(value.value, value.count) for value in narrow.values] == [("B1", found.total), ("nobody", 0)]


@pytest.mark.parametrize(
    ("request_", "said"),
    [
        (FacetRequest("nothing_like_it"), "Unknown filter field"),
        (FacetRequest("brand", "histogram"), "holds texts"),
        (FacetRequest("price", "range"), "rising numbers"),
        (FacetRequest("price", "range", bounds=(2.0, 1.0)), "rising numbers"),
        (FacetRequest("price", "histogram", interval=0.0), "above 0"),
        (FacetRequest("brand", size=0), "size 0"),
        (FacetRequest("brand", size=10**6), "size 1000000"),
    ],
)
def test_facet_errors(fresh: Live, request_: FacetRequest, said: str) -> None:
    with pytest.raises(InputError, match=said):
        fresh.reader.search(Plan(facets=(request_,)))


# --- live changes --------------------------------------------------------------------------------------------


def test_changes_are_seen_by_the_next_search(tmp_path: Path) -> None:
    live = Live(tmp_path, catalogue(30))
    vector = unit(np.random.default_rng(9))
    live.apply(Change("upsert", "new", product("new", ("brandnew",), keywords={"attributes.fresh": ("yes",)},
                                               numbers={"price": 7.0}, vector=vector)))  # fmt: skip
    assert live.ids(Plan(text=clause("brandnew"))) == ["new"]
    assert live.ids(Plan(vector=vector, limit=1)) == ["new"]
    assert live.ids(Plan(filter=AnyOf("fresh", ("yes",)))) == ["new"]
    assert len(live.reader) == 31
    offer = product("new", ("brandnew",), keywords={"attributes.fresh": ("yes",)}, numbers={"price": 1e6}, payload=b"!")
    live.apply(Change("offer", "new", offer))
    top = live.reader.search(Plan(sort="-price", limit=1)).items[0]
    assert (top.id, top.payload) == ("new", b"!")
    assert live.ids(Plan(vector=vector, limit=1)) == ["new"], "an offer keeps the vector"
    live.apply(Change("delete", "new"), Change("delete", "nobody"))
    assert live.ids(Plan(text=clause("brandnew"))) == []
    assert "new" not in live.ids(Plan(vector=vector, limit=100))
    assert live.ids(Plan(filter=AnyOf("fresh", ("yes",)))) == []
    assert live.reader.vector("new") is None
    assert len(live.reader) == 30
    live.apply(Change("upsert", "new", product("new", ("again",), vector=vector)))
    assert live.ids(Plan(text=clause("again"))) == ["new"]
    live.reader.close()


def test_several_changes_of_one_product_in_a_batch(tmp_path: Path) -> None:
    live = Live(tmp_path, catalogue(10))
    vector = unit(np.random.default_rng(9))
    first = product("new", ("one",), numbers={"price": 1.0}, vector=vector)
    second = product("new", ("one",), numbers={"price": 2.0})
    live.reader.apply([Change("upsert", "new", first), Change("offer", "new", second), Change("delete", "p1")])
    assert live.ids(Plan(vector=vector, filter=Range("price", 2, 2), limit=1)) == ["new"]
    live.reader.apply([Change("delete", "new"), Change("upsert", "p1", first_named("p1"))])
    assert live.ids(Plan(text=clause("one"))) == ["p1"]
    live.reader.close()


def first_named(id: str) -> IndexedProduct:
    return product(id, ("one",))


def test_a_refused_change_changes_nothing(tmp_path: Path) -> None:
    live = Live(tmp_path, catalogue(10))
    good = Change("upsert", "x", product("x"))
    wrong = (
        Change("upsert", "y"),
        Change("offer", "y", product("z")),
        Change("upsert", "y", product("y", vector=np.zeros(DIM + 1, np.float32))),
    )
    for change in wrong:
        with pytest.raises(InputError):
            live.reader.apply([good, change])
        assert len(live.reader) == 10
        assert live.ids(Plan(text=clause("phone"))) == []
    live.reader.close()


def test_thousands_of_changes_at_once(tmp_path: Path) -> None:
    live = Live(tmp_path, catalogue(50))
    made = [product(f"q{number}", ("bulk",), numbers={"price": float(number)}) for number in range(5000)]
    live.apply(*(Change("upsert", item.id, item) for item in made))
    assert live.reader.search(Plan(text=clause("bulk"), filter=Range("price", 4000, None))).total == 1000
    live.apply(*(Change("delete", item.id) for item in made))
    assert live.reader.search(Plan(text=clause("bulk"))).total == 0
    assert len(live.reader) == 50
    live.reader.close()


def test_searches_run_beside_changes_and_see_whole_batches(tmp_path: Path) -> None:
    live = Live(tmp_path, catalogue(50))
    batch = [
        product(f"q{n}", ("bulk",), numbers={"price": 0.0}, vector=unit(np.random.default_rng(n)), payload=b"first")
        for n in range(40)
    ]
    live.apply(*(Change("upsert", item.id, item) for item in batch))
    done, wrong = threading.Event(), []

    def look() -> None:
        while not done.is_set():
            found = live.reader.search(Plan(text=clause("bulk"), filter=Exists("price"), sort="price", limit=100))
            payloads = {item.payload for item in found.items}
            if found.total != 40 or len(payloads) != 1:
                wrong.append((found.total, payloads))  # half of a batch, or twice the same product

    threads = [threading.Thread(target=look) for _ in range(2)]
    for thread in threads:
        thread.start()
    for step in range(12):
        kind = "offer" if step % 2 else "upsert"
        live.reader.apply(
            [Change(kind, item.id, product(item.id, ("bulk",), numbers={"price": float(step)}, payload=b"%d" % step,
                                           vector=item.vector)) for item in batch]
        )  # fmt: skip
    done.set()
    for thread in threads:
        thread.join()
    assert not wrong
    live.reader.close()


# --- opening -------------------------------------------------------------------------------------------------


def test_several_readers_share_a_folder_and_keep_their_changes_apart(tmp_path: Path) -> None:
    one = Live(tmp_path, catalogue(20))
    two = EmbeddedEngine(TEXT_FIELDS).open(tmp_path / "engine")
    before = snapshot(tmp_path / "engine")
    one.apply(Change("delete", "p1"), Change("upsert", "new", product("new")))
    assert two.search(Plan(limit=100)).total == len(two) == 20
    assert one.reader.search(Plan(limit=100)).total == 20
    assert snapshot(tmp_path / "engine") == before, "the folder is never written to"
    one.reader.close()
    two.close()
    two.close()
    assert [path.name for path in tmp_path.iterdir()] == ["engine"]


def snapshot(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_an_empty_index_answers_and_takes_changes(tmp_path: Path) -> None:
    live = Live(tmp_path, [])
    facets = (FacetRequest("brand"), FacetRequest("price", "histogram"))
    found = live.reader.search(Plan(text=clause("phone"), vector=np.ones(3, np.float32), facets=facets))
    assert (found.total, found.items) == (0, ())
    assert live.reader.search(Plan()).total == 0
    vector = unit(np.random.default_rng(0))
    live.apply(Change("upsert", "a", product("a", vector=vector)))
    assert live.ids(Plan(text=clause("phone"), vector=vector)) == ["a"]
    live.reader.close()


def test_without_vectors_a_hybrid_plan_searches_by_words(tmp_path: Path) -> None:
    live = Live(tmp_path, [product("a"), product("b", ("case",))])
    assert live.ids(Plan(text=clause("phone"), vector=np.ones(3, np.float32))) == ["a"]
    live.reader.close()


def test_build_refuses_an_id_that_comes_twice(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="'a' comes twice"):
        EmbeddedEngine(TEXT_FIELDS).build([product("a"), product("b"), product("a")], tmp_path / "engine")


@pytest.mark.parametrize("missing", ["engine.json", "term_rows.npy", "payloads.bin", "flat.faiss", "text/meta.json"])
def test_a_folder_with_missing_files_is_corrupt(tmp_path: Path, missing: str) -> None:
    live = Live(tmp_path, catalogue(20))
    live.reader.close()
    (tmp_path / "engine" / missing).unlink()
    with pytest.raises(CorruptIndexError):
        EmbeddedEngine(TEXT_FIELDS).open(tmp_path / "engine")
    assert [path.name for path in tmp_path.iterdir()] == ["engine"]


@pytest.mark.parametrize(
    "plan",
    [
        Plan(offset=-1),
        Plan(limit=10**6),
        Plan(vector=np.ones(DIM + 1, np.float32)),
        Plan(vector=np.full(DIM, np.nan, np.float32)),
    ],
)
def test_plans_that_cannot_be_answered(fresh: Live, plan: Plan) -> None:
    with pytest.raises(InputError):
        fresh.reader.search(plan)


def test_document_frequency_looks_at_the_groups_fields(tmp_path: Path) -> None:
    items = [product("a", ("x",), codes=("c1",)), product("b", ("y",), description=("x",)), product("c", ("x",))]
    live = Live(tmp_path, items)
    frequency = live.reader.document_frequency
    assert [frequency("words", "x"), frequency("codes", "c1"), frequency("words", "c1"), frequency("grams", "x")] == [
        2,
        1,
        0,
        0,
    ]
    live.reader.close()


def test_facets_of_the_whole_catalogue_follow_changes(tmp_path: Path) -> None:
    live = Live(tmp_path, [product(str(n), keywords={"brand": ("A",)}) for n in range(3)])
    plan = Plan(facets=(FacetRequest("brand"),))
    for _ in range(2):
        assert [value.count for value in live.reader.search(plan).facets[0].values] == [3]
    live.apply(Change("delete", "1"))
    assert [value.count for value in live.reader.search(plan).facets[0].values] == [2]
    live.reader.close()


class FullDisk:
    """A writer whose disk fills up at the commit."""

    def __init__(self, writer: object) -> None:
        self._writer = writer

    def __getattr__(self, name: str) -> object:
        return getattr(self._writer, name)

    def commit(self) -> None:
        raise ValueError("An IO error occurred: 'No space left on device (os error 28)'")


def test_a_change_that_the_disk_refuses_is_not_half_made(tmp_path: Path) -> None:
    live = Live(tmp_path, catalogue(10))
    live.apply(Change("upsert", "a", product("a", ("one",))))
    overlay = live.reader._overlay
    overlay._writer = FullDisk(overlay._writer)  # type: ignore[assignment]
    with pytest.raises(StorageError, match="No space left"):
        live.reader.apply([Change("upsert", "b", product("b", ("one",))), Change("delete", "a")])
    assert live.ids(Plan(text=clause("one"))) == ["a"]
    live.apply(Change("upsert", "c", product("c", ("one",))))
    assert sorted(live.ids(Plan(text=clause("one")))) == ["a", "c"]
    assert sorted(live.ids(Plan(limit=100))) == sorted(live.products)
    live.reader.close()
