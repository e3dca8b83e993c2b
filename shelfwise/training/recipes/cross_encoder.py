"""The recipe of cross-encoders: a query and a text read together, one score."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Literal

from datasets import Dataset
from pydantic import Field
from sentence_transformers import CrossEncoder
from sentence_transformers.cross_encoder.losses import LambdaLoss, ListNetLoss
from torch import nn

from shelfwise.training.data.examples import Example
from shelfwise.training.recipes.base import Recipe
from shelfwise.training.recipes.encoder import Task
from shelfwise.training.recipes.rows import check_trainable, chosen


class CrossEncoderRecipe(Recipe):
    """How a cross-encoder is trained.

    loss: "listnet" (cross-entropy between the grades' distribution and the scores'; Cao et al., ICML 2007) or
    "lambda" (LambdaLoss, weights each pair by what swapping it changes in nDCG; Wang et al., CIKM 2018).
    texts: of an example, a step. hard: negatives mined for each example from all texts. mini_batch: pairs read at a
    time.
    """

    loss: Literal["listnet", "lambda"] = "listnet"
    texts: int = Field(default=12, ge=2, le=64)
    hard: int = Field(default=8, ge=0, le=32)
    mini_batch: int = Field(default=32, ge=1)


def cross_encoder_task(recipe: CrossEncoderRecipe, model: CrossEncoder, examples: Sequence[Example]) -> Task:
    """Rows and loss of a recipe; cross-encoders have no prompts.

    Raises:
        InputError: nothing can be learned from the examples.
    """
    order = random.Random(recipe.seed)
    lists = [
        (example.query, each) for example in check_trainable(examples) for each in chosen(example, recipe.texts, order)
    ]
    rows = Dataset.from_dict(
        {
            "query": [query for query, _ in lists],
            "texts": [[text for text, _ in each] for _, each in lists],
            "labels": [[grade for _, grade in each] for _, each in lists],
        }
    )
    losses: dict[str, type[nn.Module]] = {"listnet": ListNetLoss, "lambda": LambdaLoss}
    return Task(rows, losses[recipe.loss](model, mini_batch_size=recipe.mini_batch), {})
