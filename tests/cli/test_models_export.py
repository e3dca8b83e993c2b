"""`shelfwise models export`: the folder, the report, and what it refuses."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest
import typer
from typer.testing import CliRunner

from shelfwise.cli.models_export import export
from shelfwise.errors import InputError
from shelfwise.language.cross_encoders.onnx import OnnxCrossEncoder
from shelfwise.language.encoders.exported import load_exported

pytest.importorskip("sentence_transformers")
app = typer.Typer()
app.command()(export)


def run(*words: object) -> dict[str, object]:
    result = CliRunner().invoke(app, [*map(str, words), "--json"], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return orjson.loads(result.stdout[result.stdout.index("{") :])  # type: ignore[no-any-return]


def test_a_folder_with_its_report(tmp_path: Path) -> None:
    from tests.training.export.models import encoder

    encoder(tmp_path / "model")
    (tmp_path / "feed.csv").write_text("id,title\n1,usb cable\n2,red keyboard\n3,黑色 耳机\n", "utf-8")
    (tmp_path / "judged.csv").write_text("query,docid,rating\nusb,1,3\nusb,2,0\n", "utf-8")
    options = ("--catalog", tmp_path / "feed.csv", "--judgments", tmp_path / "judged.csv")
    said = run(tmp_path / "model", "--into", tmp_path / "onnx", *options)
    assert said["writer"] == "fused"
    assert said["cosine_mean"] > 0.9  # type: ignore[operator]
    assert set(said["lost"]) == {"ndcg@10", "pool_ndcg@10"}  # type: ignore[call-overload]
    assert load_exported(tmp_path / "onnx").dim == 64
    assert "cosine, mean / least" in (tmp_path / "onnx" / "parity.md").read_text("utf-8")


def test_a_cross_encoder(tmp_path: Path) -> None:
    from tests.training.export.models import cross_encoder

    cross_encoder(tmp_path / "model")
    assert run(tmp_path / "model", "--into", tmp_path / "onnx", "--cross-encoder")["writer"] == "fused"
    assert OnnxCrossEncoder.load(tmp_path / "onnx").score("a", ["b"]).shape == (1,)


def test_judgments_without_products(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="--judgments needs --catalog"):
        run("default", "--into", tmp_path / "onnx", "--judgments", tmp_path / "judged.csv")
