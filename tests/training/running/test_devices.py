"""Two processes on two processors train one model, as two GPUs would."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from shelfwise.language.models.names import store_of
from shelfwise.training.methods.folders import save_model
from shelfwise.training.running.devices import everyone, is_main, join
from tests.training.encoders import encoder

ROOT = Path(__file__).resolve().parents[3]


def test_alone_it_is_the_main_one() -> None:
    join()
    everyone()
    assert is_main()


def test_two_processes_make_one_version(tmp_path) -> None:
    save_model(encoder(tmp_path / "parts"), tmp_path / "base")
    pairs = [f"w{row} w1\tw{row + 25} w50\t1\nw{row} w1\tw{(row + 7) % 25 + 25} w51\t0\n" for row in range(24)]
    (tmp_path / "pairs.tsv").write_text("question\tcandidate\tlabel\n" + "".join(pairs), "utf-8")
    launch = [sys.executable, "-m", "torch.distributed.run", "--nproc_per_node", "2", "--standalone", "-m"]
    train = ["shelfwise.cli", "train", "encoder", "--name", "ours", "--base", "base", "--pairs", "pairs.tsv"]
    flags = ["--epochs", "4", "--batch", "4", "--rate", "0.01", "--set", "precision=fp32", "--json"]
    environment = {"OMP_NUM_THREADS": "1", "PATH": "", "HOME": str(tmp_path), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [*launch, *train, *flags],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert store_of(tmp_path).versions("ours") == ("0001",)
    made = json.loads(done.stdout)
    assert made["data"]["rows"] >= 20
    assert made["metrics"]["steps"] <= 4 * -(-made["data"]["rows"] // 8)  # each process takes its part
