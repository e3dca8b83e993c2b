"""The catalogue of messages: both languages complete, nothing missing, nothing left over, the same blanks to fill."""

from __future__ import annotations

import re
import string
from importlib.resources import files

import pytest

from shelfwise.service.storefront.address import SORTS
from shelfwise.service.storefront.messages import Messages, read_messages
from shelfwise.service.storefront.render import FOLDER

MESSAGES = read_messages()
SOURCES = [*(FOLDER / "templates").glob("*.html"), *FOLDER.glob("*.py")]
CALL = re.compile(r"""\b(?:t|find)\(\s*['"]([\w.-]+)['"]\s*(~)?""")


def used() -> tuple[set[str], set[str]]:
    """Keys that templates name in full, and the beginnings of those that they put together."""
    calls = [match for file in SOURCES for match in CALL.finditer(file.read_text("utf-8"))]
    return {m[1] for m in calls if not m[2]}, {m[1] for m in calls if m[2]}


def test_every_key_has_both_languages_and_no_other() -> None:
    for key, texts in MESSAGES.texts.items():
        assert set(texts) == {"en", "zh"}, key
        assert all(text.strip() for text in texts.values()), key


def test_every_key_asked_for_exists() -> None:
    whole, beginnings = used()
    assert whole - set(MESSAGES.texts) == set()
    for beginning in beginnings:
        assert any(key.startswith(beginning) for key in MESSAGES.texts), beginning


def test_no_key_is_left_over() -> None:
    whole, beginnings = used()
    left = {key for key in MESSAGES.texts if key not in whole and not key.startswith(tuple(beginnings))}
    assert left == set()


def test_keys_put_together_exist_for_every_value() -> None:
    wanted = {f"sort.{sort}" for sort in SORTS}
    wanted |= {f"error.{kind}{end}" for kind in ("missing", "invalid", "busy", "broken") for end in ("", "_hint")}
    wanted |= {f"suggest.{kind}" for kind in ("query", "category", "brand")}
    assert wanted <= set(MESSAGES.texts)


@pytest.mark.parametrize("key", sorted(MESSAGES.texts))
def test_both_languages_fill_the_same_blanks(key: str) -> None:
    blanks = {
        locale: {name for _, name, _, _ in string.Formatter().parse(text) if name} - {"n"}
        for locale, text in MESSAGES.texts[key].items()
    }
    assert blanks["en"] == blanks["zh"]


def test_chinese_texts_are_chinese_and_english_ones_are_not() -> None:
    chinese = re.compile(r"[\u4e00-\u9fff]")
    for key, texts in MESSAGES.texts.items():
        assert chinese.search(texts["zh"]) or key.startswith("mark."), key
        assert not chinese.search(texts["en"]), key


def test_no_text_stands_in_a_template() -> None:
    """Everything between tags comes from the catalogue, except on the page for developers."""
    for file in (FOLDER / "templates").glob("*.html"):
        if file.name == "docs.html":
            continue
        text = re.sub(r"{#.*?#}|{%.*?%}|{{.*?}}", " ", file.read_text("utf-8"), flags=re.DOTALL)
        text = re.sub(r"<(?:script|style).*?</\w+>|<[^>]*>", " ", text, flags=re.DOTALL)
        words = re.findall(r"[A-Za-z\u4e00-\u9fff]{2,}", text)
        assert not words, (file.name, words)


def test_one_and_many() -> None:
    messages = Messages({"a.b": {"en": "{n} thing | {n} things", "zh": "{n} 个"}})
    assert [messages.text("en", "a.b", n=n) for n in (0, 1, 2)] == ["0 things", "1 thing", "2 things"]
    assert messages.text("zh", "a.b", n=1) == "1 个"
    assert messages.find("en", "a.c") is None


def test_what_is_filled_in_is_not_read_again() -> None:
    messages = Messages({"a.b": {"en": "for {text}", "zh": "{text}"}})
    assert messages.text("en", "a.b", text="{n} | {0.__class__}") == "for {n} | {0.__class__}"


def test_the_file_is_part_of_the_package() -> None:
    assert (files("shelfwise.service") / "messages.toml").is_file()
