"""Which numbers are computed in, on which device."""

from __future__ import annotations

import pytest
import torch

from shelfwise.errors import SettingsError
from shelfwise.training.running import precision
from shelfwise.training.running.precision import Precision, choose

CASES = [  # asked, device, has bf16, chosen, noted
    ("auto", "cpu", True, "bf16", ""),
    ("auto", "cpu", False, "fp32", ""),
    ("fp32", "cpu", True, "fp32", ""),
    ("bf16", "cpu", True, "bf16", ""),
    ("bf16", "cpu", False, "fp32", "bf16 would be slow, this processor has no AMX; trained in fp32."),
    ("fp16", "cpu", True, "fp32", "fp16 needs a GPU; trained in fp32."),
    ("auto", "cuda:1", True, "bf16", ""),
    ("auto", "cuda", False, "fp16", ""),
    ("bf16", "cuda", False, "fp32", "bf16 would be slow, this GPU has none; trained in fp32."),
    ("fp16", "cuda", True, "fp16", ""),
    ("fp32", "cuda", True, "fp32", ""),
    ("auto", "mps", True, "fp32", ""),
    ("bf16", "mps", True, "fp32", "bf16 is not tried on mps; trained in fp32."),
]


@pytest.mark.parametrize("case", CASES)
def test_choice(case: tuple[str, str, bool, str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    asked, device, has, chosen, note = case
    monkeypatch.setattr(precision, "_has_amx", lambda: has)
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda **_: has)
    found = choose(asked, device)
    assert (found.kind, found.note) == (chosen, note)
    assert found.arguments() == {"bf16": chosen == "bf16", "fp16": chosen == "fp16"}


def test_a_wrong_name() -> None:
    with pytest.raises(SettingsError, match="found 'fp8', expected auto, fp32, bf16 or fp16"):
        choose("fp8", "cpu")


def test_what_this_machine_can() -> None:
    assert choose("auto", torch.device("cpu")).kind in {"bf16", "fp32"}
    assert Precision("fp32").arguments() == {"bf16": False, "fp16": False}
