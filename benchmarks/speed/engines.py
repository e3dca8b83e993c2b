"""The engines of the comparison: where each one's environment is made, and each one alone in a process of its own."""

from __future__ import annotations

import hashlib
import json
import os
import selectors
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
OURS = "shelfwise"
PEERS = ("lancedb", "qdrant_edge", "milvus_lite", "bm25s", "sqlite_fts5")
QUIET = {"LANCEDB_LOG": "error", "LANCE_LOG": "error", "RUST_LOG": "error", "GRPC_VERBOSITY": "ERROR"}
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS", "RAYON_NUM_THREADS", "LANCE_CPU_THREADS")


class EngineError(Exception):
    """An engine that could not be installed, built or asked; the benchmark goes on without it."""


def python_of(name: str, out: Path) -> Path:
    """The interpreter that has the engine installed, at exactly the versions of its requirements.txt.

    Raises EngineError with the last lines of the installer.
    """
    if name == OURS:
        return Path(sys.executable)
    wanted = (ROOT / "benchmarks" / "peers" / name / "requirements.txt").read_bytes()
    mark = hashlib.sha256(wanted + sys.version.encode()).hexdigest()
    folder = out / "environments" / name
    python = folder / "bin" / "python"
    if (folder / "installed").exists() and (folder / "installed").read_text() == mark:
        return python
    shutil.rmtree(folder, ignore_errors=True)
    run(sys.executable, "-m", "venv", str(folder))
    run(str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check", "-r", str(requirements(name)))
    (folder / "installed").write_text(mark)
    return python


def requirements(name: str) -> Path:
    """What a peer needs, pinned."""
    return ROOT / "benchmarks" / "peers" / name / "requirements.txt"


def run(*command: str) -> None:
    """Run an installer's command."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=900)
    if done.returncode:
        raise EngineError("\n".join((done.stdout + done.stderr).strip().splitlines()[-3:]))


class Engine:
    """An engine's process, asked in JSON lines (benchmarks/peers/serving.py).

    cores: how many processor cores it and all its threads may use; None for all of them (to build).
    """

    def __init__(self, name: str, python: Path, log: Path, cores: int | None = None) -> None:
        module = "benchmarks.speed.ours" if name == OURS else f"benchmarks.peers.{name}.adapter"
        threads = dict.fromkeys(THREADS, str(cores)) if cores is not None else {}
        self.name = name
        self._log = log.open("ab")
        self._process = subprocess.Popen(
            [str(python), "-m", module],
            cwd=ROOT,
            env={**os.environ, **QUIET, **threads, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
        )
        if cores is not None and hasattr(os, "sched_setaffinity"):
            last = sorted(os.sched_getaffinity(0))[-cores:]
            os.sched_setaffinity(self._process.pid, last)  # before its imports start any thread

    def ask(self, limit: float, **request: Any) -> dict[str, Any]:
        """The answer to a request. Raises EngineError when it fails or takes longer than `limit` seconds."""
        assert self._process.stdin is not None and self._process.stdout is not None
        try:
            self._process.stdin.write(json.dumps(request).encode() + b"\n")
            self._process.stdin.flush()
        except BrokenPipeError as error:
            raise EngineError(f"{self.name} ended, see {self._log.name}") from error
        line = self._line(limit, request["do"])
        answer: dict[str, Any] = json.loads(line)
        if "error" in answer:
            raise EngineError(answer["error"])
        return answer

    def _line(self, limit: float, what: str) -> bytes:
        stdout, parts, end = self._process.stdout, [], time.monotonic() + limit
        assert stdout is not None
        with selectors.DefaultSelector() as selector:
            selector.register(stdout, selectors.EVENT_READ)
            while not parts or not parts[-1].endswith(b"\n"):
                if not selector.select(max(0.0, end - time.monotonic())):
                    raise EngineError(f"{what}: not done after {limit:g} s")
                part = os.read(stdout.fileno(), 1 << 20)
                if not part:
                    raise EngineError(f"{self.name} ended, see {self._log.name}")
                parts.append(part)
        return b"".join(parts)

    def memory(self) -> dict[str, float]:
        """Resident memory in MB of the process and its children: now, of that its own, and at its peak."""
        return memory_of(self._process.pid)

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout, self._log):
            if pipe is not None:
                pipe.close()

    def __enter__(self) -> Engine:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def memory_of(pid: int) -> dict[str, float]:
    """Resident memory in MB of a process and its children: now, of that its own, and at its peak; and "pss", now with
    pages that several processes share counted once."""
    pids, found = [pid], {"rss": 0.0, "own": 0.0, "peak": 0.0, "pss": 0.0}
    for each in pids:
        pids.extend(_children(each))
        status = _status(each)
        for name, key in (("rss", "VmRSS"), ("own", "RssAnon"), ("peak", "VmHWM")):
            found[name] += int(status.get(key, "0 kB").split()[0]) / 1024
        found["pss"] += int(_status(each, "smaps_rollup").get("Pss", "0 kB").split()[0]) / 1024
    return found


def _children(pid: int) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def _status(pid: int, name: str = "status") -> Mapping[str, str]:
    try:
        lines = Path(f"/proc/{pid}/{name}").read_text().splitlines()
    except OSError:
        return {}
    return {key: value.strip() for key, _, value in (line.partition(":") for line in lines)}


def size_of(folder: Path) -> float:
    """MB on disk of a folder."""
    return sum(file.stat().st_blocks * 512 for file in folder.rglob("*") if file.is_file()) / 1e6
