from __future__ import annotations

from pathlib import Path

import pytest

from shelfwise.catalog.guessing import guess, mapping_for
from shelfwise.catalog.mapping import PRESETS, FeedMapping, parse, preset, read_mapping
from shelfwise.errors import FeedError


@pytest.mark.parametrize("name", PRESETS)
def test_ready_mappings_and_writing(name: str) -> None:
    mapping = preset(name)
    assert parse(mapping.to_toml()) == mapping


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[fields]\nid = "a"\ntitel = "b"', "unknown key fields.titel. Did you mean 'title'?"),
        ('languge = "en"\n[fields]\nid = "a"', "unknown key languge. Did you mean 'language'?"),
        ('[fields]\nid = {colum = "a"}', "unknown key fields.id.0.colum. Did you mean 'column'?"),
        ('[fields]\nid = "a"\n[[attributes]]\npatern = "b"', "Did you mean 'pattern'?"),
        ('[fields]\nid = "a"\n[translations.zh]\ntitle = "b"\ndescripton = "c"', "Did you mean 'description'?"),
        ('[fields]\nid = "a"\n[translations.fr]\ntitle = "b"', "translations.fr"),
        ('[fields]\nid = "a"\nzzz = "b"', "Known keys: id, title"),
        ('[fields]\ntitle = "b"', "fields.id: no column given"),
        ('[fields]\nid = {column = "a", constant = "b"}', "expected either column or constant"),
        ('[fields]\nid = {column = "a", only = "("}', "not a regular expression"),
        ('[fields]\nid = {column = "a", scale = -1}', "greater than 0"),
        ('[fields]\nid = "a"\n[[attributes]]\npattern = "*a*"', "expected one * at most"),
        ("[fields", "not valid TOML"),
        ("", "fields: Field required"),
    ],
)
def test_mappings_that_are_wrong(text: str, message: str) -> None:
    with pytest.raises(FeedError) as caught:
        parse(text, "my.toml")
    assert str(caught.value).startswith("my.toml: ")
    assert message in str(caught.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FeedError, match="cannot be read"):
        read_mapping(tmp_path / "nowhere.toml")


def source(mapping: FeedMapping, field: str) -> list[str | None]:
    return [source.column for source in getattr(mapping.fields, field)]


def test_guess_from_chinese_names() -> None:
    row = {
        "商品编号": "a1",
        "标题": "耳机",
        "品牌": "北光",
        "类目": "数码 > 耳机",
        "价格": "¥99",
        "库存": "5",
        "颜色": "黑",
    }
    mapping = guess(list(row), [row])
    fields = ("id", "title", "brand", "category", "price", "stock")
    assert [source(mapping, field) for field in fields] == [[name] for name in list(row)[:6]]
    assert mapping.fields.category[0].separator == " > "
    assert [rule.pattern for rule in mapping.attributes] == ["颜色"]


def test_guess_from_english_names_and_values() -> None:
    rows = [
        {
            "SKU": f"a{n}",
            "Product Name": f"Mug {n}",
            "Price (cents)": 995 + n,
            "Price": "soon",
            "EAN": "4006381333931",
            "Images": "https://s.example/1.jpg|https://s.example/2.jpg",
            "Released": "2024/01/31",
            "Weight": f"{n} g",
            "Washable": "yes",
            "description": "<p>Nice</p>",
            "image_alt": "a mug",
        }
        for n in range(30)
    ]
    mapping = guess(list(rows[0]), rows, "USD")
    assert source(mapping, "id") == ["SKU"]
    assert source(mapping, "title") == ["Product Name"]
    assert source(mapping, "price") == []  # its values are no prices
    assert source(mapping, "codes") == ["EAN"]
    assert mapping.fields.images[0].separator == "|"
    assert mapping.fields.released[0].format == "%Y/%m/%d"
    assert mapping.fields.description[0].html
    rules = {rule.pattern: rule.type for rule in mapping.attributes}
    assert rules["Weight"] == "number"
    assert rules["Washable"] == "boolean"
    assert "image_alt" not in rules
    assert parse(mapping.to_toml()) == mapping


def test_guess_finds_translations() -> None:
    row = {"id": "1", "title_en": "Mug", "title_zh": "杯子", "description_zh": "好"}
    mapping = guess(list(row), [row])
    assert mapping.language == "en"
    assert source(mapping, "title") == ["title_en"]
    assert mapping.translations["zh"].description[0].column == "description_zh"
    both = guess(["id", "title", "标题中文"], [{"id": "1", "title": "Mug", "标题中文": "杯子"}])
    assert both.translations["zh"].title[0].column == "标题中文"


def test_guess_sees_through_a_wrapper_and_known_prefixes() -> None:
    row = {"doc": "x", "fields.id": 1, "fields.title": "Mug", "fields.attr_color": "red"}
    mapping = guess(list(row), [row])
    assert source(mapping, "title") == ["fields.title"]
    assert [(rule.pattern, rule.key) for rule in mapping.attributes[-2:]] == [
        ("fields.attr_color", "color"),
        ("fields.attr_*", ""),
    ]


def test_a_guess_may_miss_something_and_can_be_edited(tmp_path: Path) -> None:
    (tmp_path / "feed.csv").write_text("x,title\n1,2\n")
    mapping = mapping_for(tmp_path / "feed.csv")
    assert source(mapping, "id") == []
    with pytest.raises(FeedError, match="no column given; expected the column with the product's id"):
        parse(mapping.to_toml())
    assert source(parse(mapping.to_toml().replace("[fields]", '[fields]\nid = "x"')), "id") == ["x"]


@pytest.mark.data("toys")
def test_guess_on_toys(data: Path) -> None:
    mapping = mapping_for(data / "products.jsonl.zst")
    for field, column in {"id": "id", "title": "title", "price": "price", "stock": "quantity"}.items():
        assert source(mapping, field) == [f"fields.{column}"]
