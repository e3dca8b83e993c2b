"""In which numbers a training computes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import torch

from shelfwise.errors import SettingsError

Kind = Literal["fp32", "bf16", "fp16"]


@dataclass(frozen=True, slots=True)
class Precision:
    """What was chosen, and why it is not what was asked for ("" if it is).

    Weights and the optimiser stay in float32 in all cases; products are computed in 16 bits where it says so.
    """

    kind: Kind
    note: str = ""

    def arguments(self) -> dict[str, Any]:
        """What TrainingArguments take. fp16 comes with scaling of the loss."""
        return {"bf16": self.kind == "bf16", "fp16": self.kind == "fp16"}


def choose(requested: str, device: str | torch.device) -> Precision:
    """The numbers to compute in on a device.

    auto: on a processor bf16 where it multiplies it in hardware (AMX: measured five times as fast as fp32; without, it
    is slower), on a GPU bf16 from Ampere on and fp16 before, elsewhere fp32. What a device cannot do falls back to fp32
    and says so.

    >>> choose("fp16", "cpu")
    Precision(kind='fp32', note='fp16 needs a GPU; trained in fp32.')

    Raises:
        SettingsError: no such precision.
    """
    if requested not in ("auto", "fp32", "bf16", "fp16"):
        raise SettingsError(f"precision: found {requested!r}, expected auto, fp32, bf16 or fp16.")
    place = torch.device(device).type
    if requested == "fp32" or place not in ("cpu", "cuda"):
        asked = requested in ("bf16", "fp16")
        return Precision("fp32", f"{requested} is not tried on {place}; trained in fp32." if asked else "")
    bf16 = _has_amx() if place == "cpu" else torch.cuda.is_bf16_supported(including_emulation=False)
    if requested == "auto":
        return Precision("bf16" if bf16 else "fp16" if place == "cuda" else "fp32")
    if requested == "bf16":
        lacks = "this processor has no AMX" if place == "cpu" else "this GPU has none"
        return Precision("bf16") if bf16 else Precision("fp32", f"bf16 would be slow, {lacks}; trained in fp32.")
    return Precision("fp16") if place == "cuda" else Precision("fp32", "fp16 needs a GPU; trained in fp32.")


def _has_amx() -> bool:
    return bool(getattr(torch.cpu, "_is_amx_tile_supported", lambda: False)())


def autocast(kind: str, device: str | torch.device) -> torch.autocast:
    """Products in 16 bits inside a `with` block, where `kind` (of a Precision) is bf16 or fp16."""
    dtype = torch.float16 if kind == "fp16" else torch.bfloat16
    return torch.autocast(torch.device(device).type, dtype, enabled=kind != "fp32")
