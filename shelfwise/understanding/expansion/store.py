"""The proposals of a shop: synonyms-proposed.jsonl, a line each, with what the merchant said to them.

    {"id": "3f2a91c0", "state": "proposed", "words": "shredder", "other": "碎纸机", …}

A proposal keeps its state for good: mining again brings its evidence up to date, never its state. So what was rejected
is not offered again, by whichever miner. Proposals that nobody has answered and that a miner no longer finds go away.
The file is replaced as a whole (written beside, flushed, renamed), so that a kill leaves the old one or the new one.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final, Literal, get_args

import orjson

from shelfwise.errors import InputError
from shelfwise.storage import replace_file
from shelfwise.understanding.expansion.base import SOURCES, Candidate, Source

FILE: Final = "synonyms-proposed.jsonl"

State = Literal["proposed", "approved", "rejected"]
STATES: Final[tuple[State, ...]] = get_args(State)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A candidate, its name for the merchant, and what was decided."""

    id: str
    state: State
    candidate: Candidate

    def as_json(self) -> dict[str, Any]:
        """Plain names and values."""
        fields = dataclasses.asdict(self.candidate)
        return {"id": self.id, "state": self.state, "rule": self.candidate.rule(), **fields}


@dataclass(frozen=True, slots=True)
class Merged:
    """What mining changed: counts of proposals."""

    new: int
    kept: int
    gone: int
    rejected: int  # found again, and not offered


class Proposals:
    """The proposals of a file; nothing is written before `save`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._all: dict[str, Proposal] = {}
        for number, line in enumerate(_lines(path), 1):
            if line.strip():
                proposal = _read(line, f"{path}: line {number}")
                self._all[proposal.id] = proposal

    def select(
        self, state: State | None = "proposed", source: Source | None = None, least: float = 0.0
    ) -> list[Proposal]:
        """The proposals, the surest first. state None: all."""
        found = [
            each
            for each in self._all.values()
            if state in (None, each.state)
            and source in (None, each.candidate.source)
            and each.candidate.confidence >= least
        ]
        return sorted(found, key=lambda each: (-each.candidate.confidence, each.candidate.key))

    def merge(self, candidates: Iterable[Candidate], sources: Collection[Source]) -> Merged:
        """Take in what the miners `sources` found; the same again changes nothing."""
        found: dict[str, Candidate] = {}
        for candidate in candidates:
            best = found.get(id_of(candidate))
            if best is None or candidate.confidence > best.confidence:
                found[id_of(candidate)] = candidate
        open_before = [each for each in self._all.values() if each.state == "proposed"]
        gone = [each.id for each in open_before if each.candidate.source in sources and each.id not in found]
        for id in gone:
            del self._all[id]
        new = [id for id in found if id not in self._all]
        rejected = sum(self._all[id].state == "rejected" for id in found if id in self._all)
        for id, candidate in found.items():
            known = self._all.get(id)
            self._all[id] = Proposal(id, known.state if known else "proposed", candidate)
        return Merged(len(new), len(found) - len(new) - rejected, len(gone), rejected)

    def decide(self, ids: Sequence[str], state: State) -> list[Proposal]:
        """Set the state of proposals; those whose state changed. Raises InputError for an id that is not there."""
        for id in ids:
            if id not in self._all:
                raise InputError(f"{self.path}: found no proposal {id!r}.", hint="See: shelfwise synonyms list")
        changed = [self._all[id] for id in dict.fromkeys(ids) if self._all[id].state != state]
        for each in changed:
            self._all[each.id] = dataclasses.replace(each, state=state)
        return [self._all[each.id] for each in changed]

    def save(self) -> None:
        """Write the file, in order of id, so that the same proposals give the same bytes."""
        lines = [orjson.dumps(self._all[id].as_json()) for id in sorted(self._all)]
        replace_file(self.path, b"".join(line + b"\n" for line in lines))


def id_of(candidate: Candidate) -> str:
    """A short name that follows from the two sides, in either order."""
    return blake2b("\0".join(candidate.key).encode(), digest_size=4).hexdigest()


def with_rules(text: str, candidates: Iterable[Candidate], weight: float = 1.0) -> str:
    """A file of synonyms with the rules of candidates at its end; a rule that is there already is not added again.

    >>> rule = Candidate("tv", "电视", ("en", "zh"), False, 0.9, (), "encoder")
    >>> print(with_rules("# mine\\ntv, telly", [rule, rule]), end="")
    # mine
    tv, telly
    tv, 电视
    """
    there = {line.partition("#")[0].strip() for line in text.splitlines()}
    added = []
    for candidate in candidates:
        rule = candidate.rule() + (f" @ {weight:g}" if weight < 1 else "")
        if rule not in there:
            there.add(rule)
            added.append(f"{rule}\n")
    end = "\n" if text and not text.endswith("\n") and added else ""
    return text + end + "".join(added)


def _lines(path: Path) -> list[bytes]:
    return path.read_bytes().splitlines() if path.exists() else []


def _read(line: bytes, place: str) -> Proposal:
    try:
        row = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise InputError(f"{place}: found {line[:40]!r}, expected a JSON object ({error}).") from error
    if not isinstance(row, Mapping):
        raise InputError(f"{place}: found {line[:40]!r}, expected a JSON object.")
    _check(row, "state", STATES, place)
    _check(row, "source", SOURCES, place)
    try:
        languages = row["languages"]
        candidate = Candidate(
            str(row["words"]),
            str(row["other"]),
            (languages[0], languages[1]),
            bool(row["one_way"]),
            float(row["confidence"]),
            tuple(str(each) for each in row["evidence"]),
            row["source"],
        )
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise InputError(f"{place}: {type(error).__name__} at {error}, expected the fields of a proposal.") from error
    return Proposal(id_of(candidate), row["state"], candidate)


def _check(row: Mapping[str, Any], field: str, expected: Sequence[str], place: str) -> None:
    if row.get(field) not in expected:
        raise InputError(f"{place}: field {field!r}: found {row.get(field)!r}, expected one of {', '.join(expected)}.")
