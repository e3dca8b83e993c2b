from __future__ import annotations

from pathlib import Path

import pytest

from shelfwise.errors import SettingsError
from shelfwise.retrieval.labels import Labels, humanise

FILE = """
[zh.attributes]
color = "颜色"
[zh.values]
"color=black" = "黑色"
[zh.categories]
Phones = "手机"
[en.attributes]
hdr = "HDR"
"""


@pytest.fixture
def labels(tmp_path: Path) -> Labels:
    path = tmp_path / "labels.toml"
    path.write_text(FILE, "utf-8")
    return Labels.read(path)


def test_the_shops_own_labels(labels: Labels) -> None:
    assert labels.field("attributes.color", "zh") == "颜色"
    assert labels.field("attributes.hdr", "en") == "HDR"
    assert labels.value("attributes.color", "black", "zh") == "黑色"
    assert labels.value("category", "Electronics > Phones", "zh") == "手机"


def test_what_has_no_label_is_named_by_its_key(labels: Labels) -> None:
    assert labels.field("attributes.screen_size", "zh") == "Screen size"
    assert labels.value("attributes.color", "red", "zh") == "red"
    assert labels.value("category", "Electronics > Tablets", "zh") == "Tablets"
    assert (labels.known_field("hdr", "zh"), labels.known_value("color", "red", "zh")) == (None, None)
    assert humanise("___") == "___"


def test_built_in_names(labels: Labels) -> None:
    assert (labels.field("price", "zh"), labels.field("price", "en")) == ("价格", "Price")
    assert labels.value("available", "true", "en") == "In stock"
    assert labels.value("attributes.hdr", "false", "zh") == "否"


def test_without_a_file_the_built_in_names_remain(tmp_path: Path) -> None:
    assert Labels.read(tmp_path / "labels.toml").field("brand", "zh") == "品牌"


def test_the_fingerprint_follows_the_content(labels: Labels) -> None:
    assert labels.fingerprint == Labels(dict(labels._sections)).fingerprint
    assert labels.fingerprint != Labels().fingerprint


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("[fr.attributes]\na='b'", "unknown language 'fr'"),
        ("[zh.colours]\na='b'", "unknown section zh.colours"),
        ("[zh]\nattributes = 1", "zh.attributes: expected a table"),
        ("zh = 1", "zh: expected sections"),
        ("[zh.attributes]\nsize = 3", "zh.attributes.size: expected a text; found 3"),
        ("[zh", "not valid TOML"),
    ],
)
def test_a_wrong_file_is_named_with_the_place(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "labels.toml"
    path.write_text(content, "utf-8")
    with pytest.raises(SettingsError) as caught:
        Labels.read(path)
    assert message in str(caught.value)
    assert str(path) in str(caught.value)
