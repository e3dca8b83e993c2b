from __future__ import annotations

import pytest

from shelfwise.service.wire_understanding import UnderstandOut
from shelfwise.types import Range
from shelfwise.understanding.base import CategoryGuess, Constraint, Note, Understanding


@pytest.fixture
def understood(monkeypatch):
    """What the shop answers, and the queries that it was asked."""
    asked = []
    price = Constraint(
        "price", "under 500", 7, 16, high=500, filter=Range("price", None, 500), hard=True, confidence=0.9
    )
    answer = Understanding(
        "laptop under 500",
        text="laptop under 500",
        core="laptop",
        constraints=(price, Constraint("colour", "red", 0, 3, "red")),
        intent={"find_product": 0.75, "gift": 0.25},
        category=(CategoryGuess(("Home", "Laptops"), 0.8),),
        notes=(Note("constraints", 0.31, "price ≤ 500", 0.9), Note("carriers", 0.1)),
    )
    monkeypatch.setattr("shelfwise.shop.Shop.understand", lambda shop, query: asked.append(query) or answer)
    return asked


def test_everything_is_printed(cli, shop, understood) -> None:
    done = cli("understand", "laptop under 500", "--shop", shop)
    assert done.exit_code == 0, done.output
    lines = done.stdout.splitlines()
    assert lines[0].split() == ["step", "ms", "sure", "changed"]
    assert lines[1].split() == ["constraints", "0.31", "90%", "price", "≤", "500"]
    assert lines[2].split() == ["carriers", "0.10"]
    assert any(line.split()[:3] == ["price", "≤", "500"] and "price:under 500" in line for line in lines)
    assert any(line.split() == ["find_product", "75%", "█" * 18] for line in lines)
    assert any(line.split() == ["Home", ">", "Laptops", "80%"] for line in lines)
    assert "“under 500” must hold: price ≤ 500." in lines
    assert lines[-1] == "2 steps in 0.4 ms"
    assert done.stderr == ""


def test_options_reach_the_shop(cli, shop, understood) -> None:
    done = cli(
        "understand",
        "x",
        "--shop",
        shop,
        "--no",
        "price:under 500",
        "--no",
        "category:home > laptops",
        "--locale",
        "zh",
    )
    assert understood[-1].dismissed == ("price:under 500", "category:home > laptops")
    assert "“under 500”是硬性条件（价格：≤ 500）。" in done.stdout


def test_json_has_the_shape_of_the_api(parsed, shop, understood) -> None:
    UnderstandOut.model_validate(parsed("understand", "laptop under 500", "--shop", shop))


def test_steps_are_left_out(parsed, shop) -> None:
    def steps(*options) -> set[str]:
        return {step["name"] for step in parsed("understand", "red lamp", "--shop", shop, *options)["steps"]}

    assert {"spelling", "carriers"} <= steps()
    assert steps("--without", "spelling") == steps() - {"spelling"}
    settings = shop / "shelfwise.toml"
    settings.write_text(settings.read_text("utf-8") + '\n[understanding]\nwithout = ["carriers"]\n', "utf-8")
    assert steps("--without", "spelling") == steps() - {"spelling", "carriers"}


def test_a_reading_that_is_not_there_cannot_be_taken_back(cli, shop, understood) -> None:
    done = cli("understand", "x", "--shop", shop, "--no", "price:under 500", "--no", "foo")
    said = " ".join(done.output.replace("│", " ").split())
    assert done.exit_code == 2
    assert "'foo' is no reading of this query." in said
    assert all(key in said for key in ("'price:under 500'", "'colour:red'", "'category:home > laptops'"))


def test_a_query_without_readings(cli, shop) -> None:
    done = cli("understand", "zzz", "--shop", shop, "--no", "price:under 5")
    assert done.exit_code == 2
    assert "There are none to take back." in " ".join(done.output.replace("│", " ").split())


def test_readings_are_taken_back_in_any_order(parsed, shop) -> None:
    def keys(*options) -> list[str]:
        found = parsed("understand", "not red lamp under 500", "--shop", shop, *options)
        return [one["key"] for one in found["constraints"]]

    every = keys()
    assert {"price:under 500", "colour:not red"} <= set(every)
    for order in (every, every[::-1]):
        assert not set(keys(*(part for key in order for part in ("--no", key)))) & set(every)


def test_wrong_use(cli, shop, tmp_path) -> None:
    unknown = cli("understand", "x", "--shop", shop, "--without", "magic")
    assert unknown.exit_code == 2
    assert "'magic' is not one of" in " ".join(unknown.output.replace("│", " ").split())
    assert cli("understand", "x", "--shop", tmp_path / "none").exit_code == 1


@pytest.mark.parametrize(
    "text", ["", "👟", "x" * 10_000, "[bold]x[/]", "\x00\x1b[31m", "عربي 手机", "a@b.example", "{}"]
)
def test_hostile_queries_are_answered(cli, shop, text) -> None:
    done = cli("understand", text, "--shop", shop)
    assert done.exit_code == 0, done.output
    assert "\x1b" not in done.stdout
