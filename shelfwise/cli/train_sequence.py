"""`shelfwise train sequence`: a model of what comes next in a history; and the same as a model to measure."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from shelfwise.cli.console import JsonOption, ShopOption, errors, print_json, progress, say
from shelfwise.errors import InputError, MissingExtraError

if TYPE_CHECKING:
    from scipy import sparse

    from shelfwise.recommend.interactions import Interactions
    from shelfwise.recommend.measuring import Given, Maker
    from shelfwise.training.sequences.config import SequenceConfig
    from shelfwise.training.sequences.learner import SequenceLearner
    from shelfwise.training.sequences.ranking import Hits


def sequence(
    shop: ShopOption = Path(),
    data: Annotated[
        Path | None, typer.Option("--data", help="A line a shopper: name, then products; in place of a shop's log.")
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", help="Where to write; a shop's own place if not given.")] = None,
    labels: Annotated[Path | None, typer.Option("--labels", help="JSON of product: [label, …], with --data.")] = None,
    setting: Annotated[
        list[str] | None, typer.Option("--set", help="A setting of the model or its training: name=value.")
    ] = None,
    precision: Annotated[str, typer.Option(help="auto, fp32 or bf16.")] = "auto",
    minutes: Annotated[float, typer.Option(min=0, help="Begin no epoch after so long; what is best is kept.")] = 600,
    trackers: Annotated[str, typer.Option(help="jsonl, console, tensorboard, wandb; with commas.")] = "jsonl",
    seed: Annotated[int, typer.Option(min=0)] = 0,
    json: JsonOption = False,
) -> None:
    """Train a transformer on what shoppers took after what. `shelfwise recommend fit` puts it into service.

    The last product of some shoppers is held out to choose the number of epochs; then it learns from everything.
    Ctrl-C keeps the best so far.
    """
    _needs_torch()
    import torch

    from shelfwise.training.sequences.fit import Run
    from shelfwise.training.sequences.making import chosen, make_sequence
    from shelfwise.training.trackers.registry import open_trackers

    if data and out is None:
        raise InputError("Nowhere to write to: give --out with --data.")
    touches, features, into = _of_file(data, labels) if data else _of_shop(shop)
    into = out or into
    config = _config(setting)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    run = chosen(Run(seed, device), precision)
    run = dataclasses.replace(run, deadline=run.clock() + 60 * minutes)
    tracker = open_trackers(trackers.split(","), into.with_name(f"{into.name}-training"))
    with progress("Epochs") as step:
        made = make_sequence(touches, features, config, run, into, tracker=tracker, progress=step)
    if json:
        print_json({**dataclasses.asdict(made), "folder": str(made.folder), "precision": run.precision, "seed": seed})
        return
    say(f"{made.products:,} products, {made.shoppers:,} shoppers, {made.seconds:.0f} s in {run.precision}.", errors)
    say(f"Held out, after {made.epochs} epochs: NDCG@10 {made.ndcg:.4f}, HR@10 {made.hr:.4f}.")
    if made.stopped:
        say("Stopped: this is the best so far, without what was held out.", errors)
    say(f"Written to {into}." + ("" if data else " Put it into service: shelfwise recommend fit"), errors)


def more_models() -> Mapping[str, Maker]:
    """What `evaluate recommend` can measure beyond the models of recommend/measuring.py, where PyTorch is there."""
    try:
        _needs_torch()
    except MissingExtraError:
        return {}
    return {"sequence": lambda given: _learner(given, True), "best:sequence": lambda given: _learner(given, False)}


def _learner(given: Given, final: bool) -> SequenceLearner:
    from shelfwise.training.sequences.fit import Run
    from shelfwise.training.sequences.learner import SequenceLearner
    from shelfwise.training.sequences.making import chosen, label_lists

    lists = None if given.labels is None else label_lists(given.labels)
    run = chosen(Run(given.seed, report=_said))
    return SequenceLearner(run, labels=lists, final=final)


def _said(epoch: int, hits: Hits | None) -> None:
    say(f"sequence: epoch {epoch}" + (f", NDCG@10 {hits.ndcg:.4f} on what is held out" if hits else ""), errors)


def _needs_torch() -> None:
    try:
        import torch  # noqa: F401
    except ImportError as error:
        raise MissingExtraError.of("torch", "train") from error


def _of_file(data: Path, labels: Path | None) -> tuple[Interactions, sparse.csr_matrix | None, Path]:
    from shelfwise.recommend.measuring import read_labels
    from shelfwise.recommend.offline import read_sequences

    touches = read_sequences(data)
    return touches, read_labels(labels, touches.products) if labels else None, Path()


def _of_shop(shop: Path) -> tuple[Interactions, sparse.csr_matrix, Path]:
    from shelfwise.recommend.generators.content import catalog_labels
    from shelfwise.recommend.interactions import Interactions
    from shelfwise.shop import Shop

    with Shop.open(shop) as opened:
        events, catalog = opened.recommender.known()
        return (
            Interactions.of_events(events, catalog.ids),
            catalog_labels(catalog),
            opened.recommender.trained / "sequence",
        )


def _config(settings: list[str] | None) -> SequenceConfig:
    from shelfwise.training.sequences.config import SequenceConfig

    kinds: dict[str, Any] = {field.name: type(field.default) for field in dataclasses.fields(SequenceConfig)}
    found: dict[str, Any] = {}
    for each in settings or ():
        name, _, value = each.partition("=")
        if name not in kinds:
            raise InputError(f"--set {each}: expected one of {', '.join(kinds)}, and its value after =.")
        try:
            found[name] = kinds[name](value)
        except ValueError as error:
            raise InputError(f"--set {each}: expected a number.") from error
    return SequenceConfig(**found)
