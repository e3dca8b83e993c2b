"""Domain pre-training: masked words of a shop's texts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from sentence_transformers import SentenceTransformer
from transformers import TrainingArguments

from shelfwise.training.methods.base import Method
from shelfwise.training.methods.folders import read_model, transformer
from shelfwise.training.methods.weights import parameters
from shelfwise.training.recipes.domain import LEAST, DomainRecipe, masked_model, masking, token_rows
from shelfwise.training.running.devices import device
from shelfwise.training.running.fit import Fitted, Surroundings, arguments, listen, run_trainer
from shelfwise.training.running.precision import choose
from shelfwise.training.running.progress import show_progress
from shelfwise.training.running.trainers import TextTrainer

LOSS = "eval_loss"


def pretrain(
    recipe: DomainRecipe, method: Method, base: Path, texts: tuple[Sequence[str], Sequence[str]], around: Surroundings
) -> tuple[SentenceTransformer, Fitted]:
    """The base after it has guessed masked words of the first texts; the loss is measured on the second.

    The encoder that comes out has the base's pooling and prompts.

    Raises:
        InputError: too few texts.
        TrainingError: as `fit` does.
    """
    began = around.clock()
    encoder = read_model(SentenceTransformer, base)
    model = masked_model(base)
    tokenizer = encoder.tokenizer
    train = token_rows(tokenizer, texts[0], recipe.max_tokens, LEAST)
    valid = token_rows(tokenizer, texts[1], recipe.max_tokens)
    applied: Any = method.apply(model)
    applied.get_output_embeddings().bias.requires_grad_(True)
    precision = choose(recipe.precision, device())
    given = {**arguments(recipe, len(train), around.work, precision, True), **_BY_LOSS}
    trainer = TextTrainer(
        model=applied,
        args=TrainingArguments(**given),
        train_dataset=train,
        eval_dataset=valid,
        data_collator=masking(recipe, tokenizer),
    )
    listen(trainer, method, applied, around)
    show_progress(trainer, None)
    before = _loss(trainer, recipe.seed)
    run_trainer(trainer, around)
    after = _loss(trainer, recipe.seed)
    around.tracker.finish({f"validation/{name}": value for name, value in after.items()})
    trainable = parameters(applied)
    trained: Any = method.merge(applied)
    transformer(encoder).load_state_dict(trained.base_model.state_dict(), strict=False)
    notes = (precision.note,) if precision.note else ()
    return encoder, Fitted(before, after, trainable, around.clock() - began, trainer.state.global_step, notes)


_BY_LOSS: dict[str, Any] = {"metric_for_best_model": LOSS, "greater_is_better": False, "remove_unused_columns": True}


def _loss(trainer: TextTrainer, seed: int) -> dict[str, float]:
    """Of the validation texts under masks drawn anew from the seed, so that before and after are comparable."""
    torch.manual_seed(seed)
    return {"loss": float(trainer.evaluate()[LOSS])}
