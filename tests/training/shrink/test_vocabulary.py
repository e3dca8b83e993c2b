"""Fewer words: the same tokens and vectors for what is kept, the unknown token for the rest."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import orjson
import pytest
from sentence_transformers import SentenceTransformer
from tokenizers import Tokenizer

from shelfwise.errors import InputError
from shelfwise.language.encoders.exported import load_exported
from shelfwise.training.bases.e5 import e5_folder
from shelfwise.training.export import export_encoder
from shelfwise.training.shrink.scripts import ENGLISH_CHINESE, written_in
from shelfwise.training.shrink.vocabulary import _cut_tokenizer, kept_rows, prune_vocabulary
from tests.training.export.models import TEXTS, encoder

WORDS = [
    "wireless",
    "Bluetooth",
    "TN-2110",
    "128GB",
    "men's",
    "手机",
    "数据线",
    "無線耳機",
    "【正品】",
    "¥2999",
    "ＵＳＢ",
]
ODD = ["👍", "🇨🇳", "½", "℃", "①", "～", "\u3000", "龘靐", "$9.99", "a" * 40]
FOREIGN = ["한국어", "ไทย", "русский", "العربية", "café", "Größe"]


def mixed(words: list[str], count: int) -> list[str]:
    rng = random.Random(7)
    return [rng.choice(["", " "]).join(rng.choices(words, k=rng.randint(0, 12))) for _ in range(count)]


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> tuple[Tokenizer, Tokenizer, list[int]]:
    """The base's tokenizer, and the same pruned to English and Chinese."""
    path = e5_folder() / "tokenizer.json"
    said = orjson.loads(path.read_bytes())
    rows = kept_rows(said, [text for text, _ in said["model"]["vocab"]], ENGLISH_CHINESE, ["Crème brûlée"])
    folder = tmp_path_factory.mktemp("pruned")
    _cut_tokenizer(said, rows, folder)
    return Tokenizer.from_file(str(path)), Tokenizer.from_file(str(folder / "tokenizer.json")), rows


def test_a_thousand_texts_have_the_same_tokens(real: tuple[Tokenizer, Tokenizer, list[int]]) -> None:
    whole, pruned, rows = real
    texts = mixed(WORDS + ODD, 1000)
    for text, one, other in zip(texts, whole.encode_batch(texts), pruned.encode_batch(texts), strict=True):
        assert [rows[each] for each in other.ids] == one.ids, repr(text)
    assert len(rows) < 0.5 * whole.get_vocab_size()


def test_a_given_text_keeps_its_tokens(real: tuple[Tokenizer, Tokenizer, list[int]]) -> None:
    whole, pruned, rows = real
    assert [rows[each] for each in pruned.encode("Crème brûlée").ids] == whole.encode("Crème brûlée").ids


def test_other_letters_are_unknown(real: tuple[Tokenizer, Tokenizer, list[int]]) -> None:
    _, pruned, _ = real
    unknown = pruned.token_to_id("<unk>")
    for text in FOREIGN[:4]:
        assert unknown in pruned.encode(text).ids
    assert pruned.token_to_id("<mask>") == pruned.get_vocab_size() - 1


@pytest.mark.parametrize("kind", ["bert", "e5", "xlm-roberta"])
def test_vectors_of_kept_texts_do_not_change(tmp_path: Path, kind: str) -> None:
    model = encoder(tmp_path / "model", kind)
    pruned = prune_vocabulary(tmp_path / "model", tmp_path / "small", scripts=["ascii"], texts=["手机"])
    assert pruned.kept < pruned.of
    texts = [text for text in TEXTS if written_in(text, ["ascii"])] + ["手机"]
    small = SentenceTransformer(str(tmp_path / "small"), device="cpu")
    np.testing.assert_allclose(small.encode(texts), model.encode(texts), atol=1e-6)
    export_encoder(tmp_path / "small", tmp_path / "onnx", "float32")
    np.testing.assert_allclose(load_exported(tmp_path / "onnx").encode(TEXTS, "query"), small.encode(TEXTS), atol=1e-4)


def test_pruning_twice_changes_nothing(tmp_path: Path) -> None:
    encoder(tmp_path / "model", "e5")
    one = prune_vocabulary(tmp_path / "model", tmp_path / "one", scripts=["ascii"])
    two = prune_vocabulary(tmp_path / "one", tmp_path / "two", scripts=["ascii"])
    assert one.kept == two.kept == two.of


def test_a_tokenizer_of_another_kind_is_refused(tmp_path: Path) -> None:
    encoder(tmp_path / "model")
    path = tmp_path / "model" / "tokenizer.json"
    said = orjson.loads(path.read_bytes())
    said["model"] = {"type": "BPE", "vocab": {}, "merges": []}
    path.write_bytes(orjson.dumps(said))
    with pytest.raises(InputError, match="its model is BPE, expected Unigram or WordPiece"):
        prune_vocabulary(tmp_path / "model", tmp_path / "small")
