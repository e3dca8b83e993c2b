"""docs/settings.md names every setting with its default, and no other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import orjson
from pydantic_core import to_jsonable_python

from shelfwise.settings import Settings

PAGE = Path(__file__).resolve().parents[2] / "docs" / "settings.md"
ROW = re.compile(r"^\| `([a-z]+\.[a-z_]+)` \| `(.*?)` \| (.+) \|$", re.MULTILINE)


def defaults() -> Iterator[tuple[str, str]]:
    for section, value in Settings():
        for key, default in value:
            yield f"{section}.{key}", orjson.dumps(to_jsonable_python(default)).decode()


def test_every_setting_stands_on_the_page_with_its_default() -> None:
    written = {key: default for key, default, _ in ROW.findall(PAGE.read_text("utf-8"))}
    expected = dict(defaults())
    missing = [f"| `{key}` | `{default}` | … |" for key, default in expected.items() if key not in written]
    assert not missing, "rows to add to docs/settings.md:\n" + "\n".join(missing)
    assert written == expected
