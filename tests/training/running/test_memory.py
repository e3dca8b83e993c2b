"""Running out of memory is said in the words of the settings."""

from __future__ import annotations

import pytest
import torch

from shelfwise.training.running.memory import out_of_memory


def allocate_too_much() -> BaseException:
    try:
        torch.empty(2**60, dtype=torch.uint8)
    except RuntimeError as error:
        return error
    raise AssertionError


@pytest.mark.parametrize(
    ("error", "where"),
    [
        (MemoryError(), "Memory ran out."),
        (torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB"), "Memory ran out on the GPU."),
        (RuntimeError("CUDA error: out of memory"), "Memory ran out on the GPU."),
        (RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory"), "Memory ran out."),
        (allocate_too_much(), "Memory ran out."),
    ],
)
def test_said(error: BaseException, where: str) -> None:
    found = out_of_memory(error)
    assert found is not None
    assert found.message == where
    for setting in ("batch", "accumulate", "mini_batch", "max_tokens", "checkpointing", "lora"):
        assert setting in found.hint


@pytest.mark.parametrize("error", [RuntimeError("size mismatch"), ValueError("out of memory"), KeyboardInterrupt()])
def test_other_errors_are_left_alone(error: BaseException) -> None:
    assert out_of_memory(error) is None
