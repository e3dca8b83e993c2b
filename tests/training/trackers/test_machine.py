"""A run knows its hardware and versions, and gives away nothing else."""

from __future__ import annotations

import os
import re
import socket
import subprocess
from pathlib import Path

import orjson
import pytest
import torch

from shelfwise.training.trackers import machine as module
from shelfwise.training.trackers.machine import git_version, machine


def test_what_is_known() -> None:
    found = machine()
    assert found["torch"] == torch.__version__
    assert 1 <= found["cores"] <= (os.cpu_count() or 1)
    assert found["memory_gb"] > 0
    assert len(found["gpus"]) == torch.cuda.device_count()
    assert re.fullmatch(r"3\.\d+\.\d+.*", found["python"])


def test_no_names_and_paths() -> None:
    text = orjson.dumps(machine()).decode()
    assert str(Path.home()) not in text
    assert len(socket.gethostname()) < 4 or socket.gethostname() not in text


def test_the_commit() -> None:
    assert re.fullmatch(r"([0-9a-f]{40}(\+changes)?)?", git_version())


def test_outside_a_checkout_and_without_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "shelfwise"
    package.mkdir()
    monkeypatch.setattr(module, "__file__", str(package / "training" / "trackers" / "machine.py"))
    assert git_version() == ""
    (tmp_path / ".git").mkdir()  # broken
    assert git_version() == ""


def test_changed_files_are_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "shelfwise"
    package.mkdir()
    (package / "__init__.py").write_text("")
    who = ("-c", "user.name=a", "-c", "user.email=a@b")
    for words in (("init", "-q"), ("add", "."), (*who, "commit", "-qm", "first")):
        subprocess.run(["git", *words], cwd=tmp_path, check=True, capture_output=True)
    monkeypatch.setattr(module, "__file__", str(package / "training" / "trackers" / "machine.py"))
    clean = git_version()
    assert len(clean) == 40
    (package / "__init__.py").write_text("x = 1\n")
    assert git_version() == f"{clean}+changes"
