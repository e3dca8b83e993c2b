"""What to say when the memory was not enough."""

from __future__ import annotations

import torch

from shelfwise.errors import TrainingError

_WORDS = ("out of memory", "not enough memory", "can't allocate memory", "cannot allocate memory")


def out_of_memory(error: BaseException) -> TrainingError | None:
    """The error to show for one that says that memory ran out; None for any other.

    >>> print(out_of_memory(MemoryError()))  # doctest: +ELLIPSIS
    Memory ran out. Lower batch (and raise accumulate: the gradient stays the same), mini_batch where gradients ...
    >>> out_of_memory(ValueError("other"))
    """
    if not _is_memory(error):
        return None
    where = " on the GPU" if isinstance(error, torch.OutOfMemoryError) or "CUDA" in str(error) else ""
    return TrainingError(
        f"Memory ran out{where}.",
        hint="Lower batch (and raise accumulate: the gradient stays the same), mini_batch where gradients are cached, "
        "or max_tokens; turn checkpointing on (a third more time, far less memory); or train fewer weights "
        "(method lora). The last checkpoint is good.",
    )


def _is_memory(error: BaseException) -> bool:
    if isinstance(error, (torch.OutOfMemoryError, MemoryError)):
        return True
    return isinstance(error, RuntimeError) and any(word in str(error).lower() for word in _WORDS)
