"""A small training of a tiny encoder by the trainer that the recipes use."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from datasets import Dataset
from sentence_transformers import SentenceTransformer, SentenceTransformerTrainingArguments
from sentence_transformers.sentence_transformer.losses import MultipleNegativesRankingLoss
from transformers import TrainerCallback

from shelfwise.training.methods.folders import apply_to, transformer
from shelfwise.training.methods.registry import method
from shelfwise.training.running.progress import show_progress
from shelfwise.training.running.trainers import EncoderTrainer
from tests.training.encoders import encoder

PAIRS = Dataset.from_dict(
    {"anchor": [f"w{row} w{row + 1}" for row in range(24)], "positive": [f"w{row + 2} w{row}" for row in range(24)]}
)


def trainer(
    folder: Path, name: str = "lora", callbacks: Sequence[TrainerCallback] = (), dropout: float = 0.1, **given: Any
) -> EncoderTrainer:
    """Ready to train for 12 steps of 4 pairs, with a checkpoint every 3 steps. All but `given` is fixed by seeds."""
    model: SentenceTransformer = encoder(folder / "base", dropout=dropout)
    way = method(name)
    apply_to(way, model)
    settings = {
        "output_dir": str(folder / "run"),
        "max_steps": 12,
        "per_device_train_batch_size": 4,
        "learning_rate": 0.01,
        "warmup_steps": 2,
        "save_steps": 3,
        "logging_steps": 1,
        "save_total_limit": 3,
        "report_to": [],
        "use_cpu": True,
        "disable_tqdm": True,
        "seed": 3,
        "dataloader_pin_memory": False,
    }
    found = EncoderTrainer(
        model=model,
        args=SentenceTransformerTrainingArguments(**(settings | given)),
        train_dataset=PAIRS,
        loss=MultipleNegativesRankingLoss(model),
        callbacks=[*way.callbacks(transformer(model)), *callbacks],
    )
    show_progress(found, None)
    return found


def losses(run: EncoderTrainer) -> list[float]:
    """The loss of each step."""
    return [entry["loss"] for entry in run.state.log_history if "loss" in entry]


def weights(run: EncoderTrainer) -> dict[str, torch.Tensor]:
    """The weights that learn."""
    return {name: each.detach().clone() for name, each in run.model.named_parameters() if each.requires_grad}
