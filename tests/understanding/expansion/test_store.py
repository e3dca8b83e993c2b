"""Proposals: states last, mining again changes nothing, files are whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from shelfwise.errors import InputError
from shelfwise.retrieval.synonyms import Rule, parse_rules
from shelfwise.understanding.expansion.base import Candidate, Source
from shelfwise.understanding.expansion.store import Merged, Proposals, id_of, with_rules


def candidate(
    words: str, other: str, confidence: float = 0.8, source: Source = "log", one_way: bool = False
) -> Candidate:
    return Candidate(words, other, ("en", "en"), one_way, confidence, ("seen",), source)


SOFA, TORCH, NETBOOK = (
    candidate("settee", "sofa"),
    candidate("torch", "flashlight", 0.9),
    candidate("netbook", "laptop", 0.7, one_way=True),
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    proposals = Proposals(tmp_path / "p.jsonl")
    proposals.merge([SOFA, TORCH, NETBOOK], ["log"])
    proposals.save()
    return proposals.path


def test_they_come_back_as_they_were_the_surest_first(file: Path) -> None:
    assert [each.candidate for each in Proposals(file).select()] == [TORCH, SOFA, NETBOOK]
    assert [each.candidate for each in Proposals(file).select(least=0.85)] == [TORCH]
    assert Proposals(file).select(source="encoder") == []


def test_mining_again_changes_no_byte(file: Path) -> None:
    before = file.read_bytes()
    proposals = Proposals(file)
    assert proposals.merge([NETBOOK, TORCH, SOFA, SOFA], ["log"]) == Merged(0, 3, 0, 0)
    proposals.save()
    assert file.read_bytes() == before


@pytest.mark.parametrize("again", [SOFA, candidate("sofa", "settee", 1.0, "encoder")])
def test_a_rejected_one_is_not_offered_again_by_any_miner(file: Path, again: Candidate) -> None:
    proposals = Proposals(file)
    proposals.decide([id_of(SOFA)], "rejected")
    proposals.save()
    proposals = Proposals(file)
    assert proposals.merge([again], ["log", "encoder"]).rejected == 1
    assert id_of(SOFA) not in [each.id for each in proposals.select("proposed")]


def test_what_is_no_longer_found_goes_unless_it_was_answered(file: Path) -> None:
    proposals = Proposals(file)
    proposals.decide([id_of(SOFA)], "approved")
    assert proposals.merge([], ["encoder"]).gone == 0
    assert proposals.merge([], ["log"]).gone == 2
    assert [each.candidate for each in proposals.select(None)] == [SOFA]


def test_an_unknown_id_changes_nothing(file: Path) -> None:
    proposals = Proposals(file)
    with pytest.raises(InputError, match="no proposal 'nope'"):
        proposals.decide([id_of(SOFA), "nope"], "approved")
    assert len(proposals.select("proposed")) == 3


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "line 2: found b'{', expected a JSON object"),
        ("[]", "line 2: found b'\\[\\]', expected a JSON object"),
        ('{"state": "maybe"}', "line 2: field 'state': found 'maybe', expected one of proposed, approved, rejected"),
        ('{"state": "proposed", "source": "log"}', "line 2: KeyError at 'languages'"),
    ],
)
def test_a_damaged_file_names_the_line(tmp_path: Path, line: str, message: str) -> None:
    file = tmp_path / "p.jsonl"
    file.write_text(f"\n{line}\n")
    with pytest.raises(InputError, match=message):
        Proposals(file)


def test_rules_read_back_as_they_were_meant() -> None:
    text = with_rules("# mine\ntv, telly", [SOFA, NETBOOK, candidate("cell phone", "mobile phone")], weight=0.8)
    assert parse_rules(text, "synonyms.txt")[1:] == [
        Rule(("settee", "sofa"), ("settee", "sofa"), 0.8),
        Rule(("netbook",), ("laptop",), 0.8),
        Rule(("cell phone", "mobile phone"), ("cell phone", "mobile phone"), 0.8),
    ]
    assert text.startswith("# mine\ntv, telly\n")


def test_a_rule_that_is_there_is_not_written_twice() -> None:
    once = with_rules("", [SOFA])
    assert with_rules(once, [SOFA]) == once == "settee, sofa\n"


def test_a_failed_write_leaves_the_old_file(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = file.read_bytes()

    def refuse(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", refuse)
    proposals = Proposals(file)
    proposals.decide([id_of(SOFA)], "approved")
    with pytest.raises(OSError, match="No space"):
        proposals.save()
    assert file.read_bytes() == before
    assert [each.name for each in file.parent.iterdir()] == [file.name]
