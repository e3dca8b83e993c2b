"""A student learns a teacher's vectors.

    L = mean ‖vᵢ − tᵢ‖² + λ · mean (vᵢ·vⱼ − tᵢ·tⱼ)²      over a batch; v the student's vectors, t the teacher's

The second term asks that texts stand to each other as before, which is what a search reads. No labels are needed: any
texts of the shop do, queries as well as products.

Source: Park et al., Relational Knowledge Distillation, CVPR 2019.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from datasets import Dataset, DatasetDict
from sentence_transformers import SentenceTransformer, SentenceTransformerTrainer, SentenceTransformerTrainingArguments
from sentence_transformers.sentence_transformer.training_args import MultiDatasetBatchSamplers
from torch import Tensor, nn
from transformers import TrainerCallback

from shelfwise.errors import InputError
from shelfwise.language.base import Encoder
from shelfwise.language.encoders.exported import load_exported
from shelfwise.training.export import export_encoder
from shelfwise.training.export.folders import read_folder
from shelfwise.training.running.precision import choose


@dataclass(frozen=True, slots=True)
class Teaching:
    """How the student learns. relational: λ of the loss; rate: of learning, falls linearly to 0 after a warm-up."""

    epochs: float = 1.0
    batch: int = 64
    rate: float = 2e-4
    relational: float = 10.0
    warmup: float = 0.05
    seed: int = 0


def own_encoder(teacher: Path, texts: Sequence[str]) -> Encoder:
    """The teacher in 8 bits, calibrated with these texts."""
    with tempfile.TemporaryDirectory() as bare:
        export_encoder(teacher, Path(bare) / "teacher", "int8", texts=texts)
        return load_exported(Path(bare) / "teacher")


def write_lessons(
    teacher: Path, encoder: Encoder | None, queries: Sequence[str], products: Sequence[str]
) -> DatasetDict:
    """Prefixed texts with the teacher's vectors; queries and products apart: a batch has texts of like length.

    encoder: whose vectors they are; the teacher's own, exported in 8 bits, if None.

    Raises:
        InputError: there are no texts.
    """
    if not queries and not products:
        raise InputError("No texts to learn from: give queries, products or both.")
    encoder = encoder or own_encoder(teacher, products[:64])
    query, product = read_folder(teacher).prefixes
    made = DatasetDict()
    if queries:
        label = encoder.encode(queries, "query")
        made["queries"] = Dataset.from_dict({"text": [query + text for text in queries], "label": label})
    if products:
        label = encoder.encode(products, "product")
        made["products"] = Dataset.from_dict({"text": [product + text for text in products], "label": label})
    return made


def teach(
    student: SentenceTransformer, lessons: DatasetDict, teaching: Teaching, callbacks: Iterable[TrainerCallback] = ()
) -> None:
    """Trains the student, in place."""
    device = "cuda" if torch.cuda.is_available() else "cpu"
    with tempfile.TemporaryDirectory() as scratch:
        arguments = SentenceTransformerTrainingArguments(
            output_dir=scratch,
            num_train_epochs=teaching.epochs,
            per_device_train_batch_size=teaching.batch,
            learning_rate=teaching.rate,
            warmup_steps=teaching.warmup,
            multi_dataset_batch_sampler=MultiDatasetBatchSamplers.PROPORTIONAL,
            use_cpu=device == "cpu",
            seed=teaching.seed,
            save_strategy="no",
            report_to=[],
            logging_steps=50,
            dataloader_pin_memory=False,
            **choose("auto", device).arguments(),
        )
        loss = VectorLoss(student, teaching.relational)
        trainer = SentenceTransformerTrainer(
            student, arguments, train_dataset=lessons, loss=loss, callbacks=list(callbacks)
        )
        trainer.train()


class VectorLoss(nn.Module):
    """L of the module docstring, for a trainer that hands over tokens and the teacher's vectors as labels."""

    def __init__(self, model: SentenceTransformer, relational: float) -> None:
        super().__init__()
        self.model = model
        self.relational = relational

    def forward(self, sentence_features: Iterable[dict[str, Tensor]], labels: Tensor) -> Tensor:
        """The loss of a batch, a scalar."""
        features = next(iter(sentence_features))
        made: Tensor = self.model(features)["sentence_embedding"].float()
        return vector_loss(nn.functional.normalize(made), labels.float(), self.relational)


def vector_loss(v: Tensor, t: Tensor, relational: float) -> Tensor:
    """L for unit rows v and t, Float[n, d]."""
    apart = ((v - t) ** 2).sum(1).mean()
    return apart + relational * ((v @ v.T - t @ t.T) ** 2).mean()  # [n, n]
