"""The documentation runs: Python blocks are executed, console blocks are run and their output compared.

In a ```console block a line starting with `$ ` is a command; what follows is its output, where `...` stands for
anything (doctest's ELLIPSIS). A ```python block with `>>>` is a doctest. Blocks of one page share a folder and, for
Python, one namespace.
"""

from __future__ import annotations

import doctest
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest
import structlog

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
OTHERS = [ROOT / name for name in ("CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")]
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
BLOCK = re.compile(r"^```(python|console)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
TRAINS = {"training"}  # pages that train a model
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


@pytest.fixture(autouse=True)
def log_elsewhere() -> Iterator[None]:
    """The request log goes to standard error, as it does in a server, and not among the output of the pages."""
    before = structlog.get_config()
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr), cache_logger_on_first_use=False)
    yield
    structlog.configure(**before)


def test_there_is_something_to_run() -> None:
    assert sum(len(BLOCK.findall(page.read_text("utf-8"))) for page in PAGES) >= 5


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_page(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if page.stem in TRAINS:
        pytest.importorskip("sentence_transformers", reason="needs the extra `train`")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "120")
    namespace: dict[str, object] = {"__name__": "__main__"}
    text = page.read_text("utf-8")
    for match in BLOCK.finditer(text):
        line = text.count("\n", 0, match.start()) + 2
        if match[1] == "python" and ">>> " in match[2]:
            run_doctest(match[2], namespace, page, line)
        elif match[1] == "python":
            code = compile("\n" * (line - 1) + match[2], str(page), "exec")
            exec(code, namespace)
        else:
            run_console(match[2], tmp_path, f"{page.name}:{line}")


def run_doctest(block: str, namespace: dict[str, object], page: Path, line: int) -> None:
    test = doctest.DocTestParser().get_doctest(block, namespace, page.name, str(page), line - 1)
    said: list[str] = []
    result = doctest.DocTestRunner(optionflags=FLAGS).run(test, out=said.append, clear_globs=False)
    namespace.update(test.globs)
    assert not result.failed, "".join(said)


def run_console(block: str, folder: Path, where: str) -> None:
    for command, expected in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", block, re.MULTILINE):
        words = shlex.split(command)
        assert words[0] == "shelfwise", f"{where}: only the project's own command is run here, found {words[0]}"
        call = [sys.executable, "-m", "shelfwise.cli", *words[1:]]
        done = subprocess.run(call, cwd=folder, capture_output=True, text=True, timeout=300, check=False)
        assert done.returncode == 0, f"{where}: {command}\n{done.stdout}{done.stderr}"
        same = doctest.OutputChecker().check_output(expected, done.stdout, FLAGS)
        assert same, f"{where}: {command}\nexpected:\n{expected}\nfound:\n{done.stdout}"


@pytest.mark.parametrize("page", [*PAGES, *OTHERS], ids=lambda page: page.stem)
def test_links_lead_somewhere(page: Path) -> None:
    targets = [unquote(target) for target in LINK.findall(page.read_text("utf-8")) if "://" not in target]
    assert [target for target in targets if not (page.parent / target).exists()] == []
