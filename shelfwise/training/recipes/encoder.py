"""The recipe of bi-encoders: queries and products as vectors that lie near each other where they fit."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from datasets import Dataset
from pydantic import Field
from sentence_transformers import SentenceTransformer
from torch import nn

from shelfwise.training.data.examples import Example
from shelfwise.training.objectives.graded import ABSENT, GradedLoss
from shelfwise.training.recipes.base import Recipe
from shelfwise.training.recipes.rows import check_trainable, chosen


class EncoderRecipe(Recipe):
    """How a bi-encoder is trained.

    temperature: of the softmax over similarities. others: whose texts count as not fitting: those that the example has
    itself ("own"), those of the other queries in the batch ("batch"), or both; "auto" takes "own" where examples have
    texts that do not fit, since there the texts of other queries often fit as well. texts: of an example, a step.
    hard: negatives mined for each example from all texts. margin: a text nearer than the best one by this is taken
    for a false negative. sizes: shorter vectors that have to work as well (Matryoshka). mini_batch: texts encoded at
    a time, however large the batch, by cached gradients (0: all at once, faster where the memory is there).
    """

    temperature: float = Field(default=0.05, gt=0, le=1)
    others: Literal["auto", "own", "batch", "both"] = "auto"
    texts: int = Field(default=8, ge=2, le=64)
    hard: int = Field(default=0, ge=0, le=32)
    margin: float = Field(default=0.1, ge=0, le=1)
    sizes: tuple[int, ...] = ()
    mini_batch: int = Field(default=0, ge=0)


@dataclass(frozen=True, slots=True)
class Task:
    """What a trainer is given beside the model: rows, the loss, prompts by column."""

    rows: Dataset
    loss: nn.Module
    prompts: dict[str, str]


def encoder_task(recipe: EncoderRecipe, model: SentenceTransformer, examples: Sequence[Example]) -> Task:
    """Rows, loss and prompts of a recipe.

    Raises:
        InputError: nothing can be learned from the examples.
    """
    fitting = check_trainable(examples)
    others = recipe.others
    if others == "auto":
        judged = sum(bool(example.negatives) for example in fitting)
        others = "own" if 2 * judged >= len(fitting) else "both"
    size = 1 if others == "batch" else min(recipe.texts, max(len(example.texts) for example in fitting))
    columns = [f"text_{number}" for number in range(size)]
    loss = GradedLoss(
        model,
        temperature=recipe.temperature,
        in_batch=others != "own",
        margin=recipe.margin,
        sizes=recipe.sizes,
        mini_batch=recipe.mini_batch,
    )
    prompts = {name: model.prompts.get(name) or "" for name in ("query", "document")}
    by_column = {"query": prompts["query"], **dict.fromkeys(columns, prompts["document"])}
    return Task(Dataset.from_list(_rows(fitting, columns, recipe.seed)), loss, by_column)


def _rows(examples: Sequence[Example], columns: Sequence[str], seed: int) -> list[dict[str, Any]]:
    order = random.Random(seed)
    rows = []
    for example in examples:
        for each in chosen(example, len(columns), order):
            texts = [text for text, _ in each] + [""] * (len(columns) - len(each))
            grades = [grade for _, grade in each] + [ABSENT] * (len(columns) - len(each))
            rows.append({"query": example.query, **dict(zip(columns, texts, strict=True)), "label": grades})
    return rows
