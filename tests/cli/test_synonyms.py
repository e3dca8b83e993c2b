from __future__ import annotations

import json
from pathlib import Path

import pytest

from shelfwise.cli.synonyms import read_sessions
from shelfwise.errors import InputError
from shelfwise.shop import Shop

SESSIONS = "".join(f"s{n}\t0\tlantern\t0\t\ns{n}\t20\tlamp\t2\tp5\n" for n in range(6))
OTHERS = "".join(f"t{n}\t0\tcable\t0\t\nt{n}\t20\tcord\t2\tp1\n" for n in range(6))


@pytest.fixture
def mined(shop, parsed, tmp_path) -> Path:
    """A shop with two proposals."""
    sessions = tmp_path / "sessions.tsv"
    sessions.write_text(SESSIONS + OTHERS)
    done = parsed("synonyms", "mine", "--shop", shop, "--sessions", sessions)
    assert [done[name] for name in ("new", "kept", "gone", "rejected")] == [2, 0, 0, 0]
    return sessions


def proposal(parsed, shop, words: str) -> dict[str, str]:
    return next(each for each in parsed("synonyms", "list", "--shop", shop) if each["words"] == words)


def test_nothing_is_used_before_it_is_approved(mined, shop, parsed, cli) -> None:
    assert parsed("search", "lantern", "--shop", shop)["results"] == []
    done = cli("synonyms", "approve", proposal(parsed, shop, "lantern")["id"], "--shop", shop)
    assert done.exit_code == 0
    assert done.stdout.startswith("1 approved, written to ")
    assert "from now on" in done.stderr
    assert (shop / "synonyms.txt").read_text() == "lantern => lamp\n"
    assert {each["id"] for each in parsed("search", "lantern", "--shop", shop)["results"]} == {"p5", "p6"}


def test_the_merchants_own_rules_stay(mined, shop, parsed, cli) -> None:
    (shop / "synonyms.txt").write_text("# mine\nphone, blower")
    assert cli("synonyms", "approve", "--source", "log", "--weight", 0.5, "--shop", shop).exit_code == 0
    lines = (shop / "synonyms.txt").read_text().splitlines()
    assert lines[:2] == ["# mine", "phone, blower"]
    assert set(lines[2:]) == {"lantern => lamp @ 0.5", "cable => cord @ 0.5"}
    with Shop.open(shop) as opened:
        opened.searcher()  # the file can be read


def test_rejected_ones_are_not_offered_again(mined, shop, parsed, cli) -> None:
    id = proposal(parsed, shop, "cable")["id"]
    assert cli("synonyms", "reject", id, "--shop", shop).stdout == "1 rejected; they are not offered again.\n"
    again = parsed("synonyms", "mine", "--shop", shop, "--sessions", mined)
    assert (again["new"], again["kept"], again["rejected"]) == (0, 1, 1)
    assert [each["words"] for each in parsed("synonyms", "list", "--shop", shop)] == ["lantern"]
    assert [each["id"] for each in parsed("synonyms", "list", "--state", "rejected", "--shop", shop)] == [id]
    assert not (shop / "synonyms.txt").exists()


def test_mining_again_leaves_the_file_as_it_is(mined, shop, parsed) -> None:
    file = shop / "synonyms-proposed.jsonl"
    before = file.read_bytes()
    parsed("synonyms", "mine", "--shop", shop, "--sessions", mined)
    assert file.read_bytes() == before
    assert json.loads(before.splitlines()[0])["state"] == "proposed"


def test_the_table_says_what_speaks_for_a_rule(mined, shop, cli) -> None:
    done = cli("synonyms", "list", "--shop", shop, "--limit", 1)
    assert "replaced in 6 sessions; nothing found before in 6" in done.stdout
    assert "1 more; --limit shows them." in done.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("approve",), 2, "expected ids of proposals"),
        (("approve", "x", "--source", "log"), 2, "not both"),
        (("approve", "nope"), 1, "found no proposal 'nope'"),
        (("list", "--source", "oracle"), 2, "expected one of translations, brackets, encoder, log"),
        (("list", "--state", "maybe"), 2, "expected one of proposed, approved, rejected, all"),
    ],
)
def test_wrong_use_is_said(shop, cli, arguments, code: int, message: str) -> None:
    done = cli("synonyms", *arguments, "--shop", shop)
    assert done.exit_code == code
    assert message in " ".join(done.stderr.replace("│", " ").split())


def test_what_is_approved_is_not_rejected_by_mistake(mined, shop, parsed, cli) -> None:
    id = proposal(parsed, shop, "cable")["id"]
    cli("synonyms", "approve", id, "--shop", shop)
    done = cli("synonyms", "reject", id, "--shop", shop)
    assert (done.exit_code, "Take the line out" in done.stderr) == (1, True)


def test_a_folder_that_is_no_shop(cli, tmp_path) -> None:
    done = cli("synonyms", "list", "--shop", tmp_path)
    assert (done.exit_code, "is not a shop" in done.stderr) == (1, True)


def test_a_synonyms_file_with_a_mistake_is_not_written_to(mined, shop, cli) -> None:
    (shop / "synonyms.txt").write_text("lonely\n")
    done = cli("synonyms", "approve", "--source", "log", "--shop", shop)
    assert (done.exit_code, "only one term" in done.stderr) == (1, True)
    assert (shop / "synonyms.txt").read_text() == "lonely\n"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("s1\tsoon\tlamp", "line 1: found seconds 'soon', expected a number"),
        ("s1\t1\tlamp\tmany", "line 1: found results 'many', expected a whole number"),
        ("s1\t1", "line 1: found 's1"),
        ("s1\t1\tlamp\t3\tp1\tmore", "line 1: found 's1"),
    ],
)
def test_a_bad_line_of_sessions_is_named(tmp_path: Path, line: str, message: str) -> None:
    file = tmp_path / "s.tsv"
    file.write_text(line)
    with pytest.raises(InputError, match=message):
        read_sessions(file)


def test_sessions_are_put_in_order_of_time(tmp_path: Path) -> None:
    file = tmp_path / "s.tsv"
    file.write_text("a\t9\tlamp\na\t2\tlight\t4\tp1 p2\nb\t5\tmat\t\t\n")
    first, second = read_sessions(file)
    assert [(each.query, each.results, each.clicked) for each in first] == [
        ("light", 4, ("p1", "p2")),
        ("lamp", None, ()),
    ]
    assert second[0].query == "mat"
