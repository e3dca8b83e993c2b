"""Every command and option of `shelfwise` that a page names exists, and every command stands on some page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer.main

from shelfwise.cli.main import app

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md")] + sorted(
    (ROOT / "docs").rglob("*.md")
)


def commands(command: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    for each, child in getattr(command, "commands", {}).items():
        yield f"{name}{each}", child
        yield from commands(child, f"{name}{each} ")


COMMANDS = dict(commands(typer.main.get_command(app)))
SECOND = "|".join(sorted({name.split()[1] for name in COMMANDS if " " in name}))
CALL = re.compile(rf"shelfwise ([a-z]+(?: (?:{SECOND})\b)?)((?:[^`\n]|(?<=\\)\n)*)")


def test_what_pages_call_exists() -> None:
    wrong = []
    for page in PAGES:
        for name, rest in CALL.findall(page.read_text("utf-8")):
            command = COMMANDS.get(name) or COMMANDS.get(name.split()[0])
            if command is None:
                wrong.append(f"{page.name}: shelfwise {name}")
                continue
            known = {option for each in command.params for option in each.opts} | {"--help"}
            used = set(re.findall(r"(?<!\S)--[a-z-]+", rest.split("#")[0]))
            wrong += [f"{page.name}: shelfwise {name} {option}" for option in used - known]
    assert wrong == []


def test_every_command_is_described() -> None:
    text = " ".join(page.read_text("utf-8") for page in [*PAGES, ROOT / "CHANGELOG.md"])
    assert [name for name in COMMANDS if f"`{name}`" not in text and f"shelfwise {name}" not in text] == []
