"""An encoder with fewer layers, taught by the one that it was cut out of.

The student begins as some of the teacher's layers, in their order, with its word table (which stays as it is), and
learns to give the teacher's vectors (teaching.py).

Relations: half the layers are nearly twice the speed. For still more speed, at more loss, there is a table (table.py).
Sanh et al., DistilBERT, 2019 (a student out of the teacher's layers).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from sentence_transformers import SentenceTransformer
from torch import nn
from transformers import TrainerCallback

from shelfwise.errors import InputError
from shelfwise.language.base import Encoder
from shelfwise.training.export.base import writing
from shelfwise.training.methods.folders import read_model, transformer
from shelfwise.training.shrink.teaching import Teaching, teach, write_lessons


def distil(
    teacher: Path,
    into: Path,
    *,
    queries: Sequence[str],
    products: Sequence[str],
    layers: int | Sequence[int] = 6,
    teaching: Teaching | None = None,
    encoder: Encoder | None = None,
    callbacks: Iterable[TrainerCallback] = (),
) -> Path:
    """Writes a Sentence-Transformers folder with fewer layers; gives `into`.

    layers: how many (evenly spread, first and last among them), or which of the teacher's, from 0. encoder: whose
    vectors are learnt; the teacher's own, exported in 8 bits, if None.

    Raises:
        InputError: the teacher has not these layers, or there are no texts.
    """
    student = cut_layers(teacher, layers)
    lessons = write_lessons(teacher, encoder, queries, products)
    for name, weight in student.named_parameters():
        weight.requires_grad = "word_embeddings" not in name
    teach(student, lessons, teaching or Teaching(), callbacks)
    with writing(into) as part:
        student.save_pretrained(str(part), create_model_card=False)
    return into


def cut_layers(teacher: Path, layers: int | Sequence[int]) -> SentenceTransformer:
    """The teacher with some of its layers alone.

    Raises:
        InputError: the teacher has not these layers, or is not built like BERT.
    """
    model = read_model(SentenceTransformer, teacher)
    body = transformer(model)
    try:
        found = body.get_submodule("encoder.layer")
    except AttributeError as error:
        raise InputError(f"{teacher}: no encoder.layer in it; only models built like BERT lose layers.") from error
    chosen = spread(layers, len(found)) if isinstance(layers, int) else list(layers)  # type: ignore[arg-type]
    if not chosen or chosen != sorted(set(chosen)) or chosen[0] < 0 or chosen[-1] >= len(found):  # type: ignore[arg-type]
        raise InputError(f"layers are {layers}, expected some of 0 to {len(found) - 1}, ascending.")  # type: ignore[arg-type]
    body.get_submodule("encoder").layer = nn.ModuleList([found[at] for at in chosen])  # type: ignore[index]
    body.config.num_hidden_layers = len(chosen)  # type: ignore[union-attr]
    return model


def spread(count: int, of: int) -> list[int]:
    """`count` of `of` layers, evenly; the last is always among them.

    >>> spread(6, 12), spread(1, 12)
    ([0, 2, 4, 7, 9, 11], [11])
    """
    if count < 2:
        return [of - 1] * count
    return [int(place) for place in np.round(np.linspace(0, of - 1, count))]
