from __future__ import annotations

import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shelfwise.errors import CorruptIndexError
from shelfwise.language.analyzer import BilingualAnalyzer
from shelfwise.retrieval.document import Documents
from shelfwise.retrieval.suggest import Suggester, SuggesterBuilder
from shelfwise.retrieval.suggest_index import LiveIndex, StoredIndex
from shelfwise.retrieval.suggest_keys import keys
from shelfwise.types import Product, Rating, Suggestion, Translation

ELECTRONICS = ("Electronics", "Headphones")
PRODUCTS = [
    Product("p1", "Wireless mouse M2", brand="Nova", category=("Electronics", "Mice"), rating=Rating(4, 10)),
    Product("p2", "Wireless keyboard", brand="Nova", category=("Electronics", "Keyboards"), rating=Rating(4, 900)),
    Product("p3", "Gaming mouse, wired", brand="Hawk", category=("Electronics", "Mice")),
    Product("p4", "Brother TN-2110 toner", brand="Brother", category=("Office", "Toner")),
    Product(
        "p5",
        "Bluetooth headphones",
        brand="Nova",
        category=ELECTRONICS,
        translations={"zh": Translation("蓝牙耳机 头戴式", category=("数码", "耳机"))},
    ),
    Product("p6", "手机壳 硅胶", category=("手机配件",), rating=Rating(5, 50)),
    Product("p7", "智能手机 128GB", category=("手机",), rating=Rating(5, 500)),
    Product("p8", "Wireless mouse M2", brand="Nova", rating=Rating(4, 5)),
    Product("p9", "Wireless charger", available=False, rating=Rating(4, 900)),
]
QUERIES = [("wireless mouse", 40), ("手机壳", 90), ("wired headset", 3), ("  ", 5), ("gone", 0)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("suggest")
    documents = Documents(BilingualAnalyzer())
    builder = SuggesterBuilder(QUERIES)
    for product in PRODUCTS:
        builder.add(product, documents(product))
    builder.write(path)
    return path


@pytest.fixture
def suggester(folder: Path) -> Suggester:
    return Suggester.open(folder)


def texts(suggester: Suggester, typed: str, limit: int = 20) -> list[str]:
    return [suggestion.text for suggestion in suggester.suggest(typed, limit)]


def marked(suggestion: Suggestion) -> str:
    return "".join(f"[{part}]" if match else part for part, match in suggestion.parts)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("wire", "Wireless keyboard"),
        ("mous", "Gaming mouse, wired"),
        ("mouse gam", "Gaming mouse, wired"),
        ("gam mou", "Gaming mouse, wired"),
        ("WIRELESS KEY", "Wireless keyboard"),
        ("tn2110", "Brother TN-2110 toner"),
        ("TN-21", "Brother TN-2110 toner"),
        ("tn 211", "Brother TN-2110 toner"),
        ("wirless", "Wireless keyboard"),
        ("keybo", "Wireless keyboard"),
        ("kyeboard", "Wireless keyboard"),
        ("wireless keybord", "Wireless keyboard"),
        ("nov", "Nova"),
        ("head", "Headphones"),
        ("手", "手机壳 硅胶"),
        ("机壳", "手机壳 硅胶"),
        ("蓝牙耳", "蓝牙耳机 头戴式"),
        ("藍牙", "蓝牙耳机 头戴式"),
        ("shouji", "智能手机 128GB"),
        ("shou j", "手机壳 硅胶"),
        ("shoujike", "手机壳 硅胶"),
        ("sjk", "手机壳 硅胶"),
        ("lanyaerji", "蓝牙耳机 头戴式"),
        ("lanya er", "蓝牙耳机 头戴式"),
        ("lyej", "蓝牙耳机 头戴式"),
        ("shoji", "智能手机 128GB"),
        ("手机ke", "手机壳 硅胶"),
        ("耳", "耳机"),
    ],
)
def test_what_was_typed_finds_the_line(suggester: Suggester, typed: str, found: str) -> None:
    assert found in texts(suggester, typed)


@pytest.mark.parametrize("typed", ["", "  ", "?!", "\x00", "zzzz", "mouse zzzz", "壳手", "🙂", "x" * 10_000])
def test_what_fits_nothing_finds_nothing(suggester: Suggester, typed: str) -> None:
    assert texts(suggester, typed) == []


def test_queries_come_before_products_and_popular_ones_first(suggester: Suggester) -> None:
    found = suggester.suggest("wireless", 20)
    assert [s.text for s in found] == ["wireless mouse", "Wireless keyboard", "Wireless mouse M2", "Wireless charger"]
    assert [s.kind for s in found] == ["query", "product", "product", "product"]
    assert [s.score for s in found] == sorted((s.score for s in found), reverse=True)


def test_lines_that_read_alike_come_once(suggester: Suggester) -> None:
    found = [s for s in suggester.suggest("wireless mouse m2", 20) if s.text == "Wireless mouse M2"]
    assert [s.id for s in found] == ["p1"]  # the more popular of the two


def test_the_beginning_of_a_line_counts_more_than_its_middle(suggester: Suggester) -> None:
    found = texts(suggester, "gam")
    assert found[0] == "Gaming mouse, wired"
    assert texts(suggester, "wired")[0] == "wired headset"


def test_ids_lead_to_what_is_meant(suggester: Suggester) -> None:
    by_text = {s.text: s for typed in ("head", "nova", "耳机", "wire") for s in suggester.suggest(typed, 20)}
    assert (by_text["Headphones"].kind, by_text["Headphones"].id) == ("category", "Electronics > Headphones")
    assert (by_text["耳机"].kind, by_text["耳机"].id) == ("category", "Electronics > Headphones")
    assert (by_text["Nova"].kind, by_text["Nova"].id) == ("brand", "Nova")
    assert by_text["wireless mouse"].id is None


@pytest.mark.parametrize(
    ("typed", "line"),
    [
        ("wire key", "[Wire]less [key]board"),
        ("wirles key", "[Wireles]s [key]board"),
        ("tn21", "Brother [TN-21]10 toner"),
        ("耳机", "蓝牙[耳机] 头戴式"),
        ("erji", "蓝牙[耳机] 头戴式"),
        ("lyej", "[蓝牙耳机] 头戴式"),
        ("lanyaerji", "[蓝牙耳机] 头戴式"),
    ],
)
def test_what_was_typed_is_marked(suggester: Suggester, typed: str, line: str) -> None:
    assert line in [marked(suggestion) for suggestion in suggester.suggest(typed, 20)]


def test_no_more_lines_than_asked(suggester: Suggester) -> None:
    assert len(suggester.suggest("w", 2)) == 2
    assert suggester.suggest("w", 0) == []


def test_new_products_are_suggested_at_once(suggester: Suggester) -> None:
    assert texts(suggester, "zeppel") == []
    suggester.add(Product("n1", "Zeppelin 气球"))
    assert texts(suggester, "zeppel") == texts(suggester, "zepelin") == texts(suggester, "qiqiu") == ["Zeppelin 气球"]


def test_a_changed_product_is_suggested_by_its_new_title_only(suggester: Suggester) -> None:
    suggester.add(Product("p3", "Trackball"))
    suggester.add(Product("p3", "Trackpad"))
    assert texts(suggester, "track") == ["Trackpad"]
    assert "Gaming mouse, wired" not in texts(suggester, "gaming")


def test_a_removed_product_is_not_suggested_until_it_comes_back(suggester: Suggester) -> None:
    suggester.add(Product("n1", "Zeppelin 气球"))
    for id, typed, line in (("p3", "gaming", "Gaming mouse, wired"), ("n1", "zeppel", "Zeppelin 气球")):
        assert line in texts(suggester, typed)
        suggester.remove(id)
        assert line not in texts(suggester, typed)
        suggester.add(Product(id, line))
        assert line in texts(suggester, typed)
    suggester.remove("never was there")


def test_threads_may_add_and_ask(suggester: Suggester) -> None:
    failures: list[BaseException] = []

    def add() -> None:
        try:
            for number in range(100):
                suggester.add(Product(f"t{number}", f"Thread number {number}"))
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=add) for _ in range(2)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        suggester.suggest("thr", 5)
    assert not failures
    assert len(texts(suggester, "thread", 5)) == 5


def test_an_empty_shop_suggests_nothing(tmp_path: Path) -> None:
    SuggesterBuilder().write(tmp_path)
    assert Suggester.open(tmp_path).suggest("a", 5) == []


def test_a_damaged_file_is_named(folder: Path, tmp_path: Path) -> None:
    for file in folder.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "weights.npy").write_bytes(b"broken")
    with pytest.raises(CorruptIndexError, match=r"weights\.npy"):
        Suggester.open(tmp_path)


HOSTILE = st.one_of(st.text(max_size=80), st.text(st.sampled_from("wirels mouse手机壳shouji'\"%<\\*("), max_size=80))


@settings(max_examples=200, deadline=None)
@given(HOSTILE, st.integers(-1, 60))
def test_any_text_may_be_typed(folder: Path, typed: str, limit: int) -> None:
    found = SUGGESTERS.setdefault(folder, Suggester.open(folder)).suggest(typed, limit)
    assert len(found) <= max(limit, 0)
    assert all("".join(part for part, _ in s.parts) == s.text and 0 < s.score <= 1 for s in found)


SUGGESTERS: dict[Path, Suggester] = {}


@given(st.lists(st.text("ab手机 ", min_size=1, max_size=8), max_size=12), st.text("wiab手", min_size=1, max_size=3))
def test_stored_and_live_lines_are_found_alike(lines: list[str], key: str) -> None:
    from shelfwise.retrieval.suggest_index import Line

    made = [Line("query", 1 / (n + 1), text, str(n)) for n, text in enumerate(lines)]
    names = sorted({key for line in made for key in keys(line.text)})
    stored = StoredIndex.build(made, names, [[names.index(k) for k in keys(line.text)] for line in made])
    live = LiveIndex()
    for line in made:
        live.add(line, keys(line.text))
    expected = {line.id for line in made if any(k.startswith(key) for k in keys(line.text))}
    for index in (stored, live):
        assert {index.line(int(n)).id for n in index.find(key)} == expected
        whole = {index.line(int(n)).id for n in index.find(key, whole=True)}
        assert whole == {line.id for line in made if key in keys(line.text)}
