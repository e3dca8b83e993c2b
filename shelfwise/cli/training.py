"""`shelfwise train encoder`, `cross-encoder` and `domain`: language models fine-tuned to a shop."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from shelfwise.cli.console import (
    JsonOption,
    PairsOption,
    ShopOption,
    errors,
    print_json,
    print_table,
    progress,
    read_lines,
    say,
)
from shelfwise.errors import InputError, MissingExtraError

if TYPE_CHECKING:
    from shelfwise.training.data.examples import Example
    from shelfwise.training.making import Made, Making

NameOption = Annotated[str, typer.Option("--name", help="What the model is called in the shop.")]
RecipeOption = Annotated[Path | None, typer.Option("--recipe", help="TOML file of settings; flags win over it.")]
ExamplesOption = Annotated[
    Path | None, typer.Option("--examples", help="JSON Lines of examples, as `train data` writes them.")
]
ValidOption = Annotated[
    Path | None, typer.Option("--valid", help="As --examples, to choose by; else a tenth of the others.")
]
JudgmentsOption = Annotated[
    Path | None, typer.Option("--judgments", help="CSV or TSV with query, docid, rating; needs --catalog or --shop.")
]
CatalogOption = Annotated[Path | None, typer.Option("--catalog", help="A feed with the judged products.")]
MethodOption = Annotated[
    str | None, typer.Option("--method", help="full, lora, adalora, prefix, bottleneck or frozen.")
]
BaseOption = Annotated[str | None, typer.Option("--base", help="What it begins from: default, minilm, NAME, a path.")]
EpochsOption = Annotated[float | None, typer.Option("--epochs")]
BatchOption = Annotated[int | None, typer.Option("--batch", min=1)]
RateOption = Annotated[float | None, typer.Option("--rate", help="Of learning.")]
HardOption = Annotated[int | None, typer.Option("--hard", min=0, help="Hard negatives mined for each example.")]
SetOption = Annotated[
    list[str] | None, typer.Option("--set", help="Any other setting of the recipe: name=value; may be repeated.")
]
TrackersOption = Annotated[
    str | None, typer.Option("--trackers", help="jsonl, console, tensorboard, wandb; with commas.")
]
SeedOption = Annotated[int | None, typer.Option("--seed", min=0)]
PrecisionOption = Annotated[
    Literal["float32", "int8"], typer.Option("--export", help="Numbers of the exported model that serving reads.")
]


def model(
    context: typer.Context,
    name: NameOption,
    shop: ShopOption = Path(),
    pairs: PairsOption = None,
    judgments: JudgmentsOption = None,
    catalog: CatalogOption = None,
    examples: ExamplesOption = None,
    valid: ValidOption = None,
    recipe: RecipeOption = None,
    method: MethodOption = None,
    base: BaseOption = None,
    epochs: EpochsOption = None,
    batch: BatchOption = None,
    rate: RateOption = None,
    hard: HardOption = None,
    teacher: Annotated[
        str | None, typer.Option("--teacher", help="encoder: a cross-encoder whose grades are learned (distillation).")
    ] = None,
    setting: SetOption = None,
    trackers: TrackersOption = None,
    seed: SeedOption = None,
    export: PrecisionOption = "int8",
    json: JsonOption = False,
) -> None:
    """Fine-tune a language model to judgments, questions or examples; it becomes the next version of NAME.

    An encoder makes vectors of queries and products; a cross-encoder reads a query and a text together, slower and
    better at the top. Stopped or killed, the same command goes on from the last checkpoint.
    """
    _needs_train()
    from shelfwise.training.recipes.base import read_recipe
    from shelfwise.training.recipes.cross_encoder import CrossEncoderRecipe
    from shelfwise.training.recipes.encoder import EncoderRecipe

    named = {"method": method, "base": base, "epochs": epochs, "batch": batch, "rate": rate, "hard": hard, "seed": seed}
    flags = _flags(setting, trackers, named)
    making = _making(shop, export)
    if context.info_name == "encoder":
        read = read_recipe(EncoderRecipe, recipe, flags)
        train, chosen_by = _examples(read.seed, pairs, judgments, catalog, examples, valid, shop)
        made = making.encoder(read, name, train, chosen_by, partial(_taught, teacher, shop) if teacher else None)
    else:
        pair = read_recipe(CrossEncoderRecipe, recipe, flags)
        made = making.cross_encoder(pair, name, *_examples(pair.seed, pairs, judgments, catalog, examples, valid, shop))
    _report(made, json)


def domain(
    name: NameOption,
    shop: ShopOption = Path(),
    texts: Annotated[
        Path | None, typer.Option("--texts", help="A text a line; without it the shop's products and reviews.")
    ] = None,
    recipe: RecipeOption = None,
    method: MethodOption = None,
    base: BaseOption = None,
    epochs: EpochsOption = None,
    batch: BatchOption = None,
    rate: RateOption = None,
    setting: SetOption = None,
    trackers: TrackersOption = None,
    seed: SeedOption = None,
    json: JsonOption = False,
) -> None:
    """Pre-train a base on a shop's own texts by guessing masked words; fine-tune an encoder from it afterwards.

    Measure what it brings: a base that has learned to place sentences forgets some of that.
    """
    _needs_train()
    from shelfwise.training.recipes.base import read_recipe
    from shelfwise.training.recipes.domain import DomainRecipe

    named = {"method": method, "base": base, "epochs": epochs, "batch": batch, "rate": rate, "seed": seed}
    flags = _flags(setting, trackers, named)
    read = read_recipe(DomainRecipe, recipe, flags)
    lines = [line for _, line in read_lines(texts)] if texts else _shop_texts(shop)
    Random(read.seed).shuffle(lines)
    held = max(1, len(lines) // 20)
    _report(_making(shop, "int8").domain(read, name, lines[held:], lines[:held]), json)


def _needs_train() -> None:
    for package in ("torch", "sentence_transformers", "peft", "datasets"):
        try:
            __import__(package)
        except ImportError as error:
            raise MissingExtraError.of(package, "train") from error
    from transformers.utils import logging

    logging.set_verbosity_error()  # type: ignore[no-untyped-call]  # reports of what was loaded are for who writes models
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]


def _flags(settings: Sequence[str] | None, trackers: str | None, named: dict[str, Any]) -> dict[str, Any]:
    """What was said beside the recipe; an option of its own wins over --set."""
    found: dict[str, Any] = {}
    for each in settings or ():
        name, equals, value = each.partition("=")
        if not equals:
            raise InputError(f"--set {each}: expected name=value.")
        found[name.strip()] = tuple(value.split(",")) if "," in value else value.strip()
    found |= {name: value for name, value in named.items() if value is not None}
    return found | ({"trackers": tuple(trackers.split(","))} if trackers else {})


def _examples(
    seed: int,
    pairs: Path | None,
    judgments: Path | None,
    catalog: Path | None,
    examples: Path | None,
    valid: Path | None,
    shop: Path,
) -> tuple[list[Example], list[Example]]:
    """What is learned and what is chosen by."""
    from shelfwise.training.data.examples import read_examples
    from shelfwise.training.data.split import check_leaks, split

    found: list[Example] = list(read_examples(examples)) if examples else []
    if pairs:
        from shelfwise.training.data.sources.questions import read_questions

        found += read_questions(pairs)
    if judgments:
        from shelfwise.training.data.sources.judgments import read_judged

        found += read_judged(judgments, _products(catalog, shop))
    if not found:
        raise InputError(
            "Nothing to learn from: give --pairs, --judgments (with --catalog) or --examples.",
            hint="`shelfwise train data` makes examples of a shop's catalogue, log and reviews.",
        )
    if valid:
        chosen_by = list(read_examples(valid))
        check_leaks(found, chosen_by)
        return found, chosen_by
    parts = split(found, seed=seed, valid=0.1, test=0.0)
    return parts.train, parts.valid


def _taught(teacher: str, shop: Path, examples: Sequence[Example]) -> list[Example]:
    from shelfwise.language.cross_encoders.registry import open_cross_encoder
    from shelfwise.training.teaching import taught

    with progress(f"Grading by {teacher}") as step:
        return taught(open_cross_encoder(teacher, shop), examples, progress=step)


def _shop_texts(shop: Path) -> list[str]:
    from shelfwise.retrieval.document import encoder_text
    from shelfwise.shop import Shop

    with Shop.open(shop) as opened:
        store = opened.catalog.store
        return [
            text
            for product in store.products()
            for text in (encoder_text(product), *(review.text for review in store.reviews(product.id)))
        ]


def _products(catalog: Path | None, shop: Path) -> Any:
    if catalog is not None:
        from shelfwise.training.data.feeds import read_catalog

        return read_catalog(catalog)
    from shelfwise.shop import Shop

    with Shop.open(shop) as opened:
        return {product.id: product for product in opened.catalog.store.products()}


def _making(shop: Path, export: Literal["float32", "int8"]) -> Making:
    from shelfwise.language.models.names import store_of
    from shelfwise.training.making import Making

    clock: Callable[[], datetime] = lambda: datetime.now(UTC)  # noqa: E731
    words = " ".join(["shelfwise", *sys.argv[1:]])
    return Making(shop, store_of(shop), clock, resume=words, precision=export)


def _report(made: Made, json: bool) -> None:
    if not made.version:  # another process of the same training tells it
        return
    if json:
        print_json(made.as_json())
        return
    before, after = made.fitted.before, made.fitted.after
    rows = [(key, f"{before[key]:.4f}", f"{after[key]:.4f}") for key in after]
    print_table("", ("validation", "before", "after"), rows, right=("before", "after"))
    share = made.fitted.trainable.share
    said = f"{made.fitted.trainable.trained:,} weights learned ({share:.1%}), {made.fitted.seconds:.0f} s."
    say(f"{said} {' '.join(made.fitted.notes)}".strip(), errors)
    say(f"Written to {made.folder}. Put it into service: shelfwise models promote {made.name}", errors)
