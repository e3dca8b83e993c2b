"""From a recipe and examples to a version of a model: trained, exported for serving, with a card."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Literal

import orjson
from sentence_transformers import CrossEncoder, SentenceTransformer
from torch import nn

from shelfwise.language.models.card import Card
from shelfwise.language.models.names import EXPORT, WEIGHTS
from shelfwise.language.models.store import ModelStore
from shelfwise.training.bases.cross_encoders import open_cross_encoder_base
from shelfwise.training.bases.registry import base_folder
from shelfwise.training.data.examples import Example
from shelfwise.training.data.statistics import fingerprint
from shelfwise.training.export.cross_encoders import export_cross_encoder
from shelfwise.training.export.encoders import export_encoder
from shelfwise.training.methods.base import Method
from shelfwise.training.methods.folders import apply_to, merge_in, read_model, save_model, transformer
from shelfwise.training.methods.registry import method
from shelfwise.training.negatives import lacks, with_hard_negatives
from shelfwise.training.recipes.base import Recipe
from shelfwise.training.recipes.cross_encoder import CrossEncoderRecipe, cross_encoder_task
from shelfwise.training.recipes.domain import DomainRecipe
from shelfwise.training.recipes.encoder import EncoderRecipe, encoder_task
from shelfwise.training.running.devices import device, everyone, is_main, join
from shelfwise.training.running.fit import Fitted, Prepared, Surroundings, fit
from shelfwise.training.running.pretrain import pretrain
from shelfwise.training.trackers.base import Run
from shelfwise.training.trackers.machine import git_version, machine
from shelfwise.training.trackers.registry import open_trackers
from shelfwise.training.vectors import InTraining

WORK: Final = ".training"  # in the folder of models: checkpoints and figures of trainings under way
IDENTITY: Final = "run.json"
Kind = Literal["encoder", "cross-encoder", "domain"]


@dataclass(frozen=True, slots=True)
class Made:
    """A finished version of a model; of several processes that trained it together only the first knows its version."""

    name: str
    version: str
    folder: Path
    card: Card
    fitted: Fitted

    def as_json(self) -> dict[str, Any]:
        """As JSON."""
        return {**self.card.as_json(), "name": self.name, "version": self.version, "folder": str(self.folder)}


@dataclass(frozen=True, slots=True)
class Making:
    """Where versions go and what the makers need to know of the world around.

    shop: the folder whose `models/` it becomes part of. clock: the time of the card. resume: the command that goes on.
    precision: of the export.
    """

    shop: Path
    store: ModelStore
    clock: Callable[[], datetime]
    resume: str = "the same command"
    precision: Literal["float32", "int8"] = "int8"

    def encoder(
        self,
        recipe: EncoderRecipe,
        name: str,
        train: Sequence[Example],
        valid: Sequence[Example],
        teach: Callable[[Sequence[Example]], list[Example]] | None = None,
    ) -> Made:
        """Trains a bi-encoder and keeps it as the next version of `name`.

        teach: gives the examples, mined negatives among their texts, other grades (`teaching.taught`).

        Raises:
            InputError: nothing can be learned from the examples.
            TrainingError: it was stopped, lost its way, or memory ran out; the last good checkpoint is kept, and the
                same call goes on from it.
        """
        model = read_model(SentenceTransformer, base_folder(recipe.base, self.shop)).to(device())
        model.max_seq_length = recipe.max_tokens
        train = with_hard_negatives(InTraining(model), train, recipe.hard) if recipe.hard else train
        train = teach(train) if teach is not None else train
        chosen = _applied(recipe, model)
        task = encoder_task(recipe, model, train)
        return self._finish("encoder", name, Prepared(recipe, chosen, model, task), train, valid)

    def cross_encoder(
        self, recipe: CrossEncoderRecipe, name: str, train: Sequence[Example], valid: Sequence[Example]
    ) -> Made:
        """Trains a cross-encoder and keeps it as the next version of `name`. Raises as `encoder` does."""
        base = base_folder(recipe.base, self.shop)
        model = open_cross_encoder_base(base, recipe.max_tokens)
        if lacks(train, recipe.hard):
            reader = InTraining(read_model(SentenceTransformer, base).to(device()))
            train = with_hard_negatives(reader, train, recipe.hard, enough=recipe.hard)
        chosen = _applied(recipe, model)
        task = cross_encoder_task(recipe, model, train)
        return self._finish("cross-encoder", name, Prepared(recipe, chosen, model, task), train, valid)

    def domain(self, recipe: DomainRecipe, name: str, train: Sequence[str], valid: Sequence[str]) -> Made:
        """Pre-trains a base on a shop's texts; a recipe of bi-encoders goes on from it. Raises as `encoder` does."""
        chosen = _method(recipe)
        data = {"hash": _digest(train), "texts": len(train), "valid": len(valid)}
        run, around = self._around("domain", recipe, name, data)
        base = base_folder(recipe.base, self.shop)
        model, fitted = pretrain(recipe, chosen, base, (train, valid), around)
        return self._keep(self._card("domain", name, run, recipe, fitted), model, fitted, around)

    def _finish(
        self, kind: Kind, name: str, prepared: Prepared, train: Sequence[Example], valid: Sequence[Example]
    ) -> Made:
        recipe, model = prepared.recipe, prepared.model
        data = {
            "hash": fingerprint(train),
            "examples": len(train),
            "valid": len(valid),
            "rows": len(prepared.task.rows),
        }
        run, around = self._around(kind, recipe, name, data)
        fitted = fit(prepared, valid, around)
        merge_in(prepared.method, model)
        texts = [text for example in train[:20] for text in (example.query, *example.texts[:2])]
        return self._keep(self._card(kind, name, run, recipe, fitted), model, fitted, around, texts)

    def _around(self, kind: Kind, recipe: Recipe, name: str, data: dict[str, Any]) -> tuple[Run, Surroundings]:
        join()
        run = Run(f"{name} ({kind})", recipe.model_dump(), data, recipe.seed, git_version(), machine())
        work = self._work(name, {"kind": kind, "recipe": run.recipe, "data": data})
        return run, Surroundings(work, run, open_trackers(recipe.trackers, work), self.resume)

    def _keep(
        self,
        card: Card,
        model: SentenceTransformer | CrossEncoder,
        fitted: Fitted,
        around: Surroundings,
        texts: Sequence[str] = (),
    ) -> Made:
        name, version = card.name, ""
        if is_main():
            version = self._write(card, model, around, texts)
        everyone()
        return Made(name, version, self.store.root / name / version, card, fitted)

    def _write(
        self, card: Card, model: SentenceTransformer | CrossEncoder, around: Surroundings, texts: Sequence[str]
    ) -> str:
        name, versions = card.name, list[str]()
        with self.store.create(name, versions.append) as building:
            save_model(model, building / WEIGHTS)
            if card.kind == "cross-encoder":
                export_cross_encoder(building / WEIGHTS, building / EXPORT, self.precision, name=name)
            else:
                export_encoder(building / WEIGHTS, building / EXPORT, self.precision, texts=texts, name=name)
            _keep_figures(around.work, building)
            card.write(building)
        shutil.rmtree(around.work, ignore_errors=True)
        return versions[0]

    def _card(self, kind: Kind, name: str, run: Run, recipe: Recipe, fitted: Fitted) -> Card:
        validation = {"before": dict(fitted.before), "after": dict(fitted.after)}
        return Card(
            kind,
            name=name,
            base=recipe.base,
            method=recipe.method,
            recipe=run.recipe,
            data=run.data,
            seed=recipe.seed,
            git=run.git,
            machine=run.machine,
            made=self.clock().isoformat(timespec="seconds"),
            parameters={"trained": fitted.trainable.trained, "total": fitted.trainable.total},
            metrics={"validation": validation, "seconds": round(fitted.seconds, 1), "steps": fitted.steps},
            limits=fitted.notes,
        )

    def _work(self, name: str, identity: dict[str, Any]) -> Path:
        """The folder of a training: that of one cut off before, if it is of the same recipe and data, else empty."""
        work = self.store.root / WORK / name
        text = orjson.dumps(identity, option=orjson.OPT_SORT_KEYS)
        mark = hashlib.blake2b(text, digest_size=16).hexdigest().encode()
        file = work / IDENTITY
        if is_main() and (not file.is_file() or file.read_bytes() != mark):
            shutil.rmtree(work, ignore_errors=True)
            work.mkdir(parents=True)
            file.write_bytes(mark)
        everyone()
        return work


def _method(recipe: Recipe) -> Method:
    return method(recipe.method, seed=recipe.seed, **recipe.method_settings())


def _applied(recipe: Recipe, model: SentenceTransformer | CrossEncoder) -> Method:
    """Makes the model ready to train by the recipe's method.

    No dropout inside attention: drawing it takes a fifth of the time on a processor, and the dropout after it stays.
    """
    for name, module in transformer(model).named_modules():
        if name.endswith("attention.self.dropout") and isinstance(module, nn.Dropout):
            module.p = 0.0
    chosen = _method(recipe)
    apply_to(chosen, model)
    return chosen


def _digest(texts: Sequence[str]) -> str:
    return hashlib.sha256(orjson.dumps(sorted(texts))).hexdigest()


def _keep_figures(work: Path, building: Path) -> None:
    """What trackers wrote goes with the version; checkpoints do not."""
    for path in work.iterdir():
        if path.name not in ("checkpoints", IDENTITY):
            target = building / "figures" / path.name
            target.parent.mkdir(exist_ok=True)
            (shutil.copytree if path.is_dir() else shutil.copy2)(path, target)
