"""The recipe of cross-encoders: a query and a text read together, one score."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Final

from datasets import Dataset
from pydantic import Field
from sentence_transformers import CrossEncoder

from shelfwise.training.data.examples import Example
from shelfwise.training.objectives.listwise import ListwiseLoss
from shelfwise.training.recipes.base import Recipe
from shelfwise.training.recipes.encoder import Task
from shelfwise.training.recipes.rows import check_trainable, chosen

FULL_RATE: Final = 3e-5


class CrossEncoderRecipe(Recipe):
    """How a cross-encoder is trained.

    texts: of an example, a step. hard: negatives mined from all texts for each example that has fewer of its own. The
    rate for all weights is lower than an encoder's: there is a model to keep, and little to learn.
    """

    epochs: float = Field(default=2.0, gt=0, le=1000)
    texts: int = Field(default=8, ge=2, le=64)
    hard: int = Field(default=8, ge=0, le=32)

    @property
    def learning_rate(self) -> float:
        """The rate that is meant."""
        return FULL_RATE if self.rate is None and self.method == "full" else super().learning_rate


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
    return Task(rows, ListwiseLoss(model), {})
