"""Categories by words and meaning: the formula by hand, what is kept, what is refused."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import exp, log
from pathlib import Path

import numpy as np
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shelfwise.errors import CorruptIndexError
from shelfwise.language.analyzer import BilingualAnalyzer
from shelfwise.language.base import Analysis, Token
from shelfwise.types import Float32, Product, Translation
from shelfwise.understanding.base import CategoryGuess, Understanding
from shelfwise.understanding.category.model import MEANS, PRIOR, SMOOTHING, WORDS, CategoryBuilder, CategoryModel
from shelfwise.understanding.category.step import CategoryStep

ANALYZER = BilingualAnalyzer()
PHONES, LAMPS, TOYS = ("Phones",), ("Home", "Lamps"), ("Toys",)
AXES = np.eye(3, dtype=np.float32)


@dataclass
class Indexed:
    text: dict[str, tuple[str, ...]] = field(default_factory=dict)
    vector: Float32 | None = None


def built(folder: Path, *, vectors: bool = True) -> CategoryModel:
    builder = CategoryBuilder(ANALYZER)
    for number in range(6):
        builder.add(Product(f"p{number}", "phone", category=PHONES), Indexed({"title": ("smart", "phone")}, AXES[0]))
    for number in range(3):
        builder.add(Product(f"l{number}", "lamp", category=LAMPS), Indexed({"title": ("lamp",)}, AXES[1]))
    toy = Product("t", "toy phone", category=TOYS, translations={"zh": Translation("玩具", category=("玩具",))})
    builder.add(toy, Indexed({"title": ("toy", "phone")}, AXES[2] if vectors else None))
    builder.add(Product("x", "nothing"), Indexed({"title": ("phone",)}, AXES[0]))
    builder.write(folder)
    return CategoryModel.open(folder)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> CategoryModel:
    return built(tmp_path_factory.mktemp("categories"))


def test_the_score_is_that_of_the_formula(model: CategoryModel) -> None:
    sizes, counts = {PHONES: 6, LAMPS: 3, TOYS: 1}, {PHONES: 6, LAMPS: 0, TOYS: 1}
    share = 7 / 11
    score = {
        path: PRIOR * log(size / 11) + log((counts[path] + SMOOTHING * share) / (size + SMOOTHING) / share)
        for path, size in sizes.items()
    }
    total = sum(map(exp, score.values()))
    found = {guess.path: guess.confidence for guess in model(["phone", "unheard"], None)}  # is no whole name
    assert found == pytest.approx({path: exp(value) / total for path, value in score.items()})


def test_words_of_titles_and_of_names_in_every_language_speak_for_a_category(model: CategoryModel) -> None:
    for token, path in {"phone": PHONES, "lamp": LAMPS, "home": LAMPS, "toy": TOYS, "玩具": TOYS}.items():
        assert model([token], None)[0].path == path, token


def test_meaning_speaks_too(model: CategoryModel) -> None:
    assert model([], AXES[1])[0].path == LAMPS
    assert model(["phone"], AXES[1])[0].path == LAMPS


def test_words_and_meaning_that_say_nothing_are_no_guess(model: CategoryModel) -> None:
    assert model([], None) == ()
    assert model(["unheard"], None) == ()


@settings(deadline=None, max_examples=60)
@given(st.lists(st.sampled_from(["phone", "lamp", "toy", "home", "unheard"]), max_size=6), st.integers(1, 5))
def test_guesses_are_probabilities_best_first(model: CategoryModel, tokens: list[str], most: int) -> None:
    found = model(tokens, None, most)
    sure = [guess.confidence for guess in found]
    assert len(found) <= most
    assert sure == sorted(sure, reverse=True)
    assert all(0 < one <= 1 for one in sure) and sum(sure) <= 1 + 1e-9
    assert found == model([*tokens, *tokens], None, most), "a repeated word says nothing more"


def test_without_all_vectors_words_alone_count(tmp_path: Path) -> None:
    model = built(tmp_path, vectors=False)
    assert not (tmp_path / MEANS).exists()
    assert model([], AXES[1]) == ()
    assert model(["lamp"], AXES[0])[0].path == LAMPS


def test_a_catalogue_without_categories_has_no_guesses(tmp_path: Path) -> None:
    builder = CategoryBuilder(ANALYZER)
    builder.add(Product("x", "phone"), Indexed({"title": ("phone",)}))
    builder.write(tmp_path)
    assert CategoryModel.open(tmp_path)(["phone"], AXES[0]) == ()


def spoiled(**changes: object) -> bytes:
    whole = {"sizes": [[["Phones"], 2]], "tokens": {"phone": [[0, 2]]}, "total": 2}
    return orjson.dumps({**whole, **changes})


@pytest.mark.parametrize(
    "content",
    [
        None,
        b"",
        b"[]",
        b"{}",
        spoiled(sizes=[["Phones"]]),
        spoiled(sizes=[[["Phones"], "two"]]),
        spoiled(sizes=5),
        spoiled(total="many"),
        spoiled(tokens=[]),
        spoiled(tokens={"phone": 5}),
        spoiled(tokens={"phone": [[3, 2]]}),
        spoiled(tokens={"phone": [[-1, 2]]}),
    ],
)
def test_words_that_cannot_be_used_are_corrupt(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / WORDS).write_bytes(content)
    with pytest.raises(CorruptIndexError, match=str(tmp_path)) as error:
        CategoryModel.open(tmp_path)
    assert error.value.hint


@pytest.mark.parametrize("how", ["garbage", "cut", "other name", "too few", "flat"])
def test_means_that_cannot_be_used_are_corrupt(tmp_path: Path, how: str) -> None:
    built(tmp_path)
    file = tmp_path / MEANS
    if how == "garbage":
        file.write_bytes(b"not an archive")
    elif how == "cut":
        file.write_bytes(file.read_bytes()[:100])
    elif how == "other name":
        np.savez(file, others=AXES)
    else:
        np.savez(file, means=AXES[:2] if how == "too few" else AXES[0])
    with pytest.raises(CorruptIndexError, match=str(tmp_path)):
        CategoryModel.open(tmp_path)


# --- the step --------------------------------------------------------------------------------------------------


def asked(model: CategoryModel, *words: str, core: str = "x", dismissed: tuple[str, ...] = ()) -> Understanding:
    tokens = Analysis(tuple(Token(word, at, at + 1) for at, word in enumerate(words)), (), ())
    return CategoryStep(model)(Understanding("x", core=core, tokens=tokens, dismissed=dismissed))


def test_the_step_keeps_guesses_worth_saying(model: CategoryModel) -> None:
    guesses = asked(model, "lamp", "home").category
    assert guesses[0].path == LAMPS
    assert all(guess.confidence >= 0.05 for guess in guesses)


def test_a_guess_that_was_taken_back_is_left_out(model: CategoryModel) -> None:
    key = CategoryGuess(LAMPS, 1.0).key
    assert LAMPS not in [guess.path for guess in asked(model, "lamp", dismissed=(key,)).category]


def test_nothing_asked_is_no_guess(model: CategoryModel) -> None:
    assert asked(model, "lamp", core="").category == ()


def test_all_of_a_name_says_more_than_a_part_of_another(tmp_path: Path) -> None:
    builder = CategoryBuilder(BilingualAnalyzer())
    for number in range(20):
        path = ("Shop", "Laptops") if number < 8 else ("Shop", "Laptop Bags")
        words = ("notebook",) if number < 8 else ("laptop", "bag")
        builder.add(Product(str(number), "x", category=path), Indexed({"title": words}, None))
    builder.write(tmp_path)
    assert CategoryModel.open(tmp_path)(["laptop"], None)[0].path == ("Shop", "Laptops")
    assert CategoryModel.open(tmp_path)(["laptop", "bag"], None)[0].path == ("Shop", "Laptop Bags")
