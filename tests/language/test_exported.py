"""What a folder of an exported model says of itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest

from shelfwise.errors import EncoderError
from shelfwise.language.exported import FILE, Manifest, digest, read_manifest


def folder(tmp_path: Path, **changes: Any) -> Path:
    (tmp_path / "model.onnx").write_bytes(b"weights")
    manifest = Manifest("encoder", "shop", 384, 128, "int8", digest(tmp_path / "model.onnx"), ("q: ", ""))
    manifest.write(tmp_path)
    said = orjson.loads((tmp_path / FILE).read_bytes()) | changes
    (tmp_path / FILE).write_bytes(orjson.dumps({key: value for key, value in said.items() if value is not ...}))
    return tmp_path


def test_what_is_written_is_read(tmp_path: Path) -> None:
    found = read_manifest(folder(tmp_path))
    assert (found.name, found.prefixes, found.dim, found.tokenizer) == ("shop", ("q: ", ""), 384, "tokenizer.json")


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"kind": "decoder"}, "kind is 'decoder', expected one of encoder, cross-encoder, table"),
        ({"kind": "cross-encoder"}, "kind is 'cross-encoder', expected 'encoder'"),
        ({"dim": 0}, "dim and max_tokens"),
        ({"max_tokens": "many"}, "dim and max_tokens"),
        ({"prefixes": ["a"]}, "two prefixes"),
        ({"prefixes": 3}, "not iterable"),
        ({"name": None}, "expected text"),
        ({"colour": "red"}, "unknown fields colour"),
        ({"tokenizer": "../../secret"}, "expected the name of a file"),
        ({"digest": "00"}, "not the file that encoder.json tells of"),
    ],
)
def test_what_cannot_be_used(tmp_path: Path, changes: dict[str, Any], says: str) -> None:
    with pytest.raises(EncoderError, match=says):
        read_manifest(folder(tmp_path, **changes), ("encoder",))


@pytest.mark.parametrize("content", [None, b"", b"[1]", b"{"])
def test_a_file_that_is_none(tmp_path: Path, content: bytes | None) -> None:
    path = folder(tmp_path) / FILE
    path.unlink() if content is None else path.write_bytes(content)
    with pytest.raises(EncoderError, match=FILE):
        read_manifest(tmp_path)


def test_a_field_that_is_missing(tmp_path: Path) -> None:
    with pytest.raises(EncoderError, match="dim"):
        read_manifest(folder(tmp_path, dim=...))
