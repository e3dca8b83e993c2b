"""Recipes: the built-in ones are complete, a shop's own win, and every mistake is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from shelfwise.errors import SettingsError
from shelfwise.recommend.generators.registry import GENERATORS
from shelfwise.recommend.placements.recipes import PLACEMENTS, read_recipes
from shelfwise.recommend.reasons import sentences

ROW = '[[home.row]]\nkey = "top"\ntitle = { en = "Top", zh = "热门" }\nfrom = { popular = 1.0 }\n'


def test_every_placement_has_rows_with_titles_in_both_languages() -> None:
    recipes = read_recipes(None)
    assert sorted(recipes) == sorted(PLACEMENTS)
    for placement in recipes.values():
        for row in placement.row:
            assert set(row.title) == {"en", "zh"}, row.key


def test_every_generator_of_the_recipes_has_its_own_reasons() -> None:
    used = {source for placement in read_recipes(None).values() for row in placement.row for source in row.weights}
    assert used <= set(sentences())


def test_every_generator_is_used_somewhere() -> None:
    used = {source for placement in read_recipes(None).values() for row in placement.row for source in row.weights}
    assert set(GENERATORS) <= used


def test_a_shops_own_placement_takes_the_place_of_the_built_in_one(tmp_path: Path) -> None:
    file = tmp_path / "placements.toml"
    file.write_text(ROW, "utf-8")
    recipes = read_recipes(file, GENERATORS)
    assert [row.key for row in recipes["home"].row] == ["top"]
    assert recipes["product"] == read_recipes(None)["product"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[home.row]\n", "not valid TOML"),
        ("[[attic.row]]\n", "'attic', expected one of home"),
        ("home = 3\n", "home"),
        ("[home]\n", "home.row"),
        (ROW.replace("popular", "populer"), "Did you mean 'popular'?"),
        (ROW + "perbrand = 3\n", "unknown key home.row.0.perbrand. Did you mean 'per_brand'?"),
        (ROW + "spread = 1.5\n", "home.row.0.spread"),
        (ROW + 'seeds = "last"\n', "home.row.0.seeds"),
        (ROW.replace("1.0", "-1.0"), "home.row.0.from.popular"),
        (ROW.replace('"top"', '"Top row"'), "home.row.0.key"),
        (ROW + ROW, "two rows with the key 'top'"),
    ],
)
def test_mistakes_name_file_place_and_what_was_expected(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "placements.toml"
    file.write_text(text, "utf-8")
    with pytest.raises(SettingsError) as error:
        read_recipes(file, GENERATORS)
    assert said in error.value.message
    assert str(file) in error.value.message
