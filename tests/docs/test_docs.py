"""The documentation runs: Python blocks are executed, console blocks are run and their output compared.

In a ```console block a line starting with `$ ` is a command; what follows is its output, where `...` stands for
anything (doctest's ELLIPSIS). Blocks of one page share a folder and, for Python, one namespace.
"""

from __future__ import annotations

import doctest
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
BLOCK = re.compile(r"^```(python|console)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def test_there_is_something_to_run() -> None:
    assert sum(len(BLOCK.findall(page.read_text("utf-8"))) for page in PAGES) >= 5


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_page(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "120")
    namespace: dict[str, object] = {"__name__": "__main__"}
    text = page.read_text("utf-8")
    for match in BLOCK.finditer(text):
        line = text.count("\n", 0, match.start()) + 2
        if match[1] == "python":
            code = compile("\n" * (line - 1) + match[2], str(page), "exec")
            exec(code, namespace)
        else:
            run_console(match[2], tmp_path, f"{page.name}:{line}")


def run_console(block: str, folder: Path, where: str) -> None:
    for command, expected in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", block, re.MULTILINE):
        words = shlex.split(command)
        assert words[0] == "shelfwise", f"{where}: only the project's own command is run here, found {words[0]}"
        call = [sys.executable, "-m", "shelfwise.cli", *words[1:]]
        done = subprocess.run(call, cwd=folder, capture_output=True, text=True, timeout=300, check=False)
        assert done.returncode == 0, f"{where}: {command}\n{done.stdout}{done.stderr}"
        same = doctest.OutputChecker().check_output(expected, done.stdout, FLAGS)
        assert same, f"{where}: {command}\nexpected:\n{expected}\nfound:\n{done.stdout}"
