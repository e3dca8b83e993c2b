import pytest

from shelfwise.errors import EncoderError, NotFoundError
from shelfwise.training.bases import registry
from shelfwise.training.bases.registry import base_folder


def test_minilm_comes_with_a_package(tmp_path):
    assert (base_folder("minilm", tmp_path) / "model.safetensors").is_file()


def test_a_folder_is_itself(tmp_path):
    assert base_folder(str(tmp_path), tmp_path) == tmp_path


def test_a_path_that_is_not_there(tmp_path):
    with pytest.raises(NotFoundError, match=r"\./nothing: there is no such file"):
        base_folder("./nothing", tmp_path)


def test_a_name_on_the_hub_is_downloaded_without_pickles(tmp_path, monkeypatch):
    asked = {}

    def download(name, allow_patterns):
        asked[name] = allow_patterns
        (tmp_path / "model.safetensors").touch()
        return str(tmp_path)

    monkeypatch.setattr(registry, "snapshot_download", download)
    assert base_folder("someone/model", tmp_path / "shop") == tmp_path
    assert not any(pattern.endswith((".bin", ".pt", ".pkl", ".py")) for pattern in asked["someone/model"])


def test_a_download_that_breaks_off(tmp_path, monkeypatch):
    def download(name, allow_patterns):
        raise ConnectionError("reset by peer")

    monkeypatch.setattr(registry, "snapshot_download", download)
    with pytest.raises(EncoderError, match=r"someone/model: .*reset by peer") as error:
        base_folder("someone/model", tmp_path)
    assert "goes on where it was" in error.value.hint


def test_pickled_weights_are_not_read(tmp_path, monkeypatch):
    monkeypatch.setattr(registry, "snapshot_download", lambda name, allow_patterns: str(tmp_path))
    with pytest.raises(EncoderError, match="no weights in safetensors"):
        base_folder("someone/old", tmp_path / "shop")
