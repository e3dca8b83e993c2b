"""What a run needs to be understood later: the hardware, the versions, the commit. No host names, no paths."""

from __future__ import annotations

import os
import platform
import subprocess
from importlib import metadata
from pathlib import Path
from typing import Any, Final

import torch

_PACKAGES: Final = ("torch", "transformers", "sentence-transformers", "peft", "accelerate")
_CPUINFO: Final = Path("/proc/cpuinfo")


def machine() -> dict[str, Any]:
    """processor, cores that this process may use, memory in GB, the GPUs with theirs, and versions."""
    gpus = [torch.cuda.get_device_properties(place) for place in range(torch.cuda.device_count())]
    return {
        "system": platform.system(),
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "threads": torch.get_num_threads(),
        "memory_gb": _memory(),
        "gpus": [{"name": gpu.name, "memory_gb": round(gpu.total_memory / 2**30, 1)} for gpu in gpus],
        "python": platform.python_version(),
        **{name.replace("-", "_"): metadata.version(name) for name in _PACKAGES},
    }


def git_version() -> str:
    """The commit that this code was checked out from, "+changes" if files have changed since; "" outside a checkout."""
    package = Path(__file__).resolve().parents[2]
    if not (package.parent / ".git").exists():
        return ""
    try:
        commit = _git(package, "rev-parse", "HEAD")
        return f"{commit}+changes" if _git(package, "status", "--porcelain", "--", ".") else commit
    except (OSError, subprocess.SubprocessError):
        return ""


def _git(folder: Path, *words: str) -> str:
    done = subprocess.run(["git", *words], cwd=folder, capture_output=True, text=True, check=True, timeout=10)
    return done.stdout.strip()


def _processor() -> str:
    if _CPUINFO.is_file():
        for line in _CPUINFO.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _memory() -> float | None:
    try:
        return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1)
    except (AttributeError, ValueError, OSError):  # not told on every system
        return None
