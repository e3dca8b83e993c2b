import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shelfwise.errors import InputError, SettingsError
from shelfwise.training.data.examples import Example
from shelfwise.training.recipes.base import RATES, Recipe, read_recipe
from shelfwise.training.recipes.cross_encoder import FULL_RATE, CrossEncoderRecipe
from shelfwise.training.recipes.encoder import EncoderRecipe
from shelfwise.training.recipes.rows import CHUNKS, check_trainable, chosen


def test_defaults_are_a_recipe():
    assert read_recipe(EncoderRecipe).learning_rate == RATES["full"]
    assert read_recipe(CrossEncoderRecipe).learning_rate == FULL_RATE < RATES["full"]


def test_a_cross_encoders_other_rates_are_those_of_the_method_or_as_said():
    assert read_recipe(CrossEncoderRecipe, flags={"method": "lora"}).learning_rate == RATES["lora"]
    assert read_recipe(CrossEncoderRecipe, flags={"rate": 1e-4}).learning_rate == 1e-4


def test_flags_win_over_the_file(tmp_path):
    file = tmp_path / "recipe.toml"
    file.write_text('method = "lora"\nepochs = 2\nbatch = 8\n')
    read = read_recipe(EncoderRecipe, file, {"batch": 16, "rate": None})
    assert (read.method, read.epochs, read.batch, read.learning_rate) == ("lora", 2, 16, RATES["lora"])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("epoch = 2", "unknown name epoch. Did you mean 'epochs'?"),
        ("zzz = 2", "unknown name zzz. Known: base, method"),
        ("epochs = 0", "epochs: Input should be greater than 0; found 0"),
        ('method = "lorra"', "method: Input should be 'full', 'lora'"),
        ("epochs = ", "not TOML"),
    ],
)
def test_a_recipe_that_cannot_be_used(tmp_path, text, message):
    file = tmp_path / "recipe.toml"
    file.write_text(text)
    with pytest.raises(SettingsError, match=f"recipe.toml.*{message}"):
        read_recipe(EncoderRecipe, file)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(SettingsError, match=r"nowhere\.toml: cannot be read"):
        read_recipe(Recipe, tmp_path / "nowhere.toml")


@given(
    grades=st.lists(st.sampled_from([0.0, 0.5, 1.0]), min_size=1, max_size=40).filter(any),
    size=st.integers(2, 16),
    seed=st.integers(0, 99),
)
def test_lists_of_an_example(grades, size, seed):
    texts = tuple(f"t{number}" for number in range(len(grades)))
    example = Example("q", texts, tuple(grades), "q", "test")
    lists = chosen(example, size, random.Random(seed))
    assert 1 <= len(lists) <= CHUNKS
    truth = dict(zip(texts, grades, strict=True))
    seen = []
    for each in lists:
        assert 1 <= len(each) <= size
        assert any(grade > 0 for _, grade in each)
        assert all(truth[text] == grade for text, grade in each)
        assert len({text for text, _ in each}) == len(each)
        seen += [text for text, grade in each if grade == 0]
    assert len(seen) == len(set(seen))
    assert lists == chosen(example, size, random.Random(seed))


@pytest.mark.parametrize(
    ("examples", "message"),
    [
        ([], "None of 0 examples has a text that fits"),
        ([Example("q", ("t",), (0.0,), "q", "test")], "None of 1 examples has a text that fits"),
        ([Example("q", ("t",), (1.0,), "q", "test")] * 2, "All examples have the same text"),
    ],
)
def test_what_nothing_can_be_learned_from(examples, message):
    with pytest.raises(InputError, match=message):
        check_trainable(examples)
