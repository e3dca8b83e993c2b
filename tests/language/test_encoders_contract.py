"""What every encoder keeps to."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from shelfwise.language.base import Encoder, TextKind
from tests.language.encoder_cases import CASES, implementations

HARD = [
    "",
    " \n\t ",
    "👍🏽👩‍👩‍👧",
    "\x00\x07\x1b[0m",
    "\ud800 lone",
    "ＴＹＰＥ－Ｃ　数据线",
    "<s></s><mask>",
    "'; DROP TABLE--",
    "字" * 20_000,
]
TEXTS = ["red shoes", "blue phone", "a b c d", "手机 壳", "Brother TN-2110 toner", "red"]


@pytest.fixture(scope="module", params=sorted(CASES))
def encoder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Encoder]:
    with CASES[request.param][1](tmp_path_factory.mktemp(request.param)) as made:
        yield made


def test_every_implementation_has_a_case() -> None:
    assert implementations() == {kind for kind, _ in CASES.values()}


@pytest.mark.parametrize("name", sorted(CASES))
def test_a_case_makes_what_it_says(name: str, tmp_path: Path) -> None:
    kind, make = CASES[name]
    with make(tmp_path) as made:
        assert type(made) is kind


@pytest.mark.parametrize("kind", ["query", "product"])
def test_rows_are_unit_float32(encoder: Encoder, kind: TextKind) -> None:
    vectors = encoder.encode(TEXTS, kind)
    assert vectors.dtype == np.float32
    assert vectors.shape == (len(TEXTS), encoder.dim)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)


@pytest.mark.parametrize("kind", ["query", "product"])
def test_no_texts_no_rows(encoder: Encoder, kind: TextKind) -> None:
    vectors = encoder.encode([], kind)
    assert vectors.shape == (0, encoder.dim)
    assert vectors.dtype == np.float32


@pytest.mark.parametrize("kind", ["query", "product"])
def test_any_text_has_a_finite_unit_vector(encoder: Encoder, kind: TextKind) -> None:
    vectors = encoder.encode(HARD, kind)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)


def test_a_text_does_not_depend_on_its_neighbours(encoder: Encoder) -> None:
    together = encoder.encode(TEXTS, "product")
    alone = np.concatenate([encoder.encode([text], "product") for text in TEXTS])
    assert np.sum(together * alone, axis=1).min() > 0.999  # 8 bits share one range in a batch


def test_order_and_repeats_are_kept(encoder: Encoder) -> None:
    there = encoder.encode(TEXTS, "product")
    back = encoder.encode([*TEXTS[::-1], TEXTS[0]], "product")
    assert np.sum(there * back[: len(TEXTS)][::-1], axis=1).min() > 0.999
    assert there[0] @ back[-1] > 0.999


def test_the_same_call_gives_the_same_vectors(encoder: Encoder) -> None:
    np.testing.assert_array_equal(encoder.encode(TEXTS, "query"), encoder.encode(TEXTS, "query"))


def test_a_result_belongs_to_its_caller(encoder: Encoder) -> None:
    before = encoder.encode(TEXTS, "query")
    encoder.encode(TEXTS, "query")[:] = 0.0
    np.testing.assert_array_equal(encoder.encode(TEXTS, "query"), before)


def test_threads_at_once(encoder: Encoder) -> None:
    wanted = {text: encoder.encode([text], "query")[0] for text in TEXTS}
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda text: encoder.encode([text], "query")[0], TEXTS * 8))
    for text, vector in zip(TEXTS * 8, found, strict=True):
        assert vector @ wanted[text] > 0.999


def test_the_name_says_what_it_is(encoder: Encoder) -> None:
    assert encoder.name
    assert "/" not in encoder.name or encoder.name.startswith("openai")


def test_serving_imports_no_training_library() -> None:
    code = (
        "import sys; from shelfwise.settings import EncoderSettings;"
        "from shelfwise.language.encoders import load_encoder;"
        "import shelfwise.language.cache; e = load_encoder(EncoderSettings()); e.encode(['a'], 'query');"
        "print(sorted({'torch', 'transformers', 'sentence_transformers'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
