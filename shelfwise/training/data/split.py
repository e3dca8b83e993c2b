"""Training, validation and test examples that share nothing which would give the answer away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shelfwise.errors import InputError
from shelfwise.evaluation.splits import fraction_of
from shelfwise.training.data.examples import Example
from shelfwise.training.data.ties import By, Key, keys, tie

PARTS = ("train", "valid", "test")


@dataclass(frozen=True, slots=True)
class Split:
    """Three parts of the examples, each in the order given.

    left_out: examples in none of them, because they share a text with an earlier part (of many that do; see `tie`).
    """

    train: list[Example]
    valid: list[Example]
    test: list[Example]
    left_out: int


def split(
    examples: Sequence[Example], *, seed: int, by: By = "product", valid: float = 0.1, test: float = 0.1
) -> Split:
    """Examples in three parts of which no two share a group, a query or (by "product") a positive text.

    by "product" or "query": what is tied together (see `keys`) goes to one part, chosen by a hash of the seed and its
    group, whatever the order. Shares are met in expectation. by "time": the latest examples are the test, those before
    them validation; what they share with an earlier part is left out, so that the test asks what is new.

    Raises InputError: shares that leave nothing for training, examples without a time, a part that stays empty.
    """
    if not (valid >= 0 and test >= 0 and valid + test < 1):
        raise InputError(f"found the shares {valid} for validation and {test} for test, expected a sum below 1.")
    places = _by_time(examples, valid, test) if by == "time" else _by_hash(examples, seed, by, valid, test)
    parts: dict[str, list[Example]] = {part: [] for part in PARTS}
    seen: set[Key] = set()
    for part in PARTS:
        here = [example for example, place in zip(examples, places, strict=True) if place == part]
        parts[part] = [example for example in here if seen.isdisjoint(keys(example, by))]
        seen.update(key for example in parts[part] for key in keys(example, by))
    for part, share in zip(PARTS, (1.0, valid, test), strict=True):
        if share and not parts[part]:
            raise InputError(
                f"{len(examples):,} examples split by {by}: none is left for {part}.",
                hint="Give more data, another seed or share, or split by query.",
            )
    return Split(**parts, left_out=len(examples) - sum(map(len, parts.values())))


def _by_hash(examples: Sequence[Example], seed: int, by: By, valid: float, test: float) -> list[str]:
    components = tie(examples, by).components
    speaker: dict[int, tuple[float, str]] = {}  # component → the group whose hash is smallest
    for example, component in zip(examples, components, strict=True):
        mine = (fraction_of(f"speaker {example.group}", seed=seed), example.group)
        speaker[component] = min(mine, speaker.get(component, mine))
    places = {component: fraction_of(group, seed=seed) for component, (_, group) in speaker.items()}
    return [
        "test" if place < test else "valid" if place < test + valid else "train"
        for place in (places[component] for component in components)
    ]


def _by_time(examples: Sequence[Example], valid: float, test: float) -> list[str]:
    """What happened at one time stays together, in the earlier part."""
    times = [example.time for example in examples if example.time is not None]
    if len(times) < len(examples):
        lacking = next(example for example in examples if example.time is None)
        raise InputError(
            f"{len(examples) - len(times):,} of {len(examples):,} examples have no time, as those of {lacking.source}.",
            hint="Split by product or query.",
        )
    order = sorted(times)
    last_train = order[max(round(len(order) * (1 - valid - test)) - 1, 0)]
    last_valid = order[max(round(len(order) * (1 - test)) - 1, 0)]
    return ["train" if time <= last_train else "valid" if time <= last_valid else "test" for time in times]


def check_leaks(train: Sequence[Example], test: Sequence[Example], by: By = "product") -> None:
    """Nothing if two sets share no key (see `keys`).

    Raises InputError that names the first thing shared, in the order of the test.
    """
    known = {key: example for example in reversed(train) for key in keys(example, by)}
    for example in test:
        for kind, what in keys(example, by):
            if other := known.get((kind, what)):
                raise InputError(
                    f"Training and test share the {kind} {what!r} (from {other.source} and {example.source}).",
                    hint="`shelfwise train data` makes splits that share nothing.",
                )
