"""`shelfwise evaluate understanding` and `shelfwise train intent`: how well queries are read, and learning to."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias

import typer

from shelfwise.cli.console import JsonOption, ShopOption, errors, print_json, print_table, progress, say
from shelfwise.cli.evaluate import ReportOption, SeedOption
from shelfwise.errors import InputError

if TYPE_CHECKING:
    from shelfwise.language.base import Encoder
    from shelfwise.shop import Shop
    from shelfwise.understanding.intent.evaluate import IntentEvaluation, Labelled

train_app = typer.Typer(help="Learn from examples of your own.", no_args_is_help=True)

Task: TypeAlias = Literal["intent", "entities", "constraints", "search"]
Vectors: TypeAlias = Literal["auto", "frozen", "joined"]
TrainOption = Annotated[Path | None, typer.Option("--train", help="Labelled texts to learn from.")]
TestOption = Annotated[Path | None, typer.Option("--test", help="Labelled texts to ask for.")]


def evaluate(
    task: Annotated[Task, typer.Option("--task", help="What is read out of a text.")],
    train: TrainOption = None,
    test: TestOption = None,
    shots: Annotated[
        int | None, typer.Option(min=1, help="Texts of each label that are learned; all if left out.")
    ] = None,
    seed: Annotated[int, typer.Option("--seed", help="Of drawing shots and parts.")] = 0,
    split_train: Annotated[str | None, typer.Option(help="Part of the file to learn from.")] = None,
    split_test: Annotated[str | None, typer.Option(help="Part of the file to ask for.")] = None,
    shop: Annotated[
        Path | None, typer.Option("--shop", help="A shop whose encoder and catalogue are used.", show_default=False)
    ] = None,
    queries_zh: Annotated[
        Path | None, typer.Option("--queries-zh", help="search: CSV of query, query_zh: ask these texts instead.")
    ] = None,
    method: Annotated[
        Vectors,
        typer.Option(
            help="intent: frozen reads the encoder's vectors, joined those of one for English too (extra train), "
            "auto takes joined where that is installed and the texts are English."
        ),
    ] = "auto",
    report: ReportOption = None,
    json: JsonOption = False,
) -> None:
    """Learn from one file of labelled texts, read another, and compare with its labels.

    intent: CSV, TSV or JSON Lines with a text and a label; without --train the utterances that come with Shelfwise.
    entities: text with BIO tags. constraints: JSON Lines; nothing is learned. search: judgments of products, with
    --shop: nDCG@10 with and without each step of understanding.
    """
    if task == "intent":
        from shelfwise.understanding.intent.evaluate import read_parts

        parts = read_parts(train, test, split_train=split_train, split_test=split_test, seed=seed)
        _intents(*parts, method, shop, shots, seed, report, json)
    elif task == "entities":
        from shelfwise.understanding.tagging.training import evaluate_tagging

        _show(evaluate_tagging(_need(train, "train"), _need(test, "test"), seed=seed), json)
    elif task == "search":
        _search(_need(test, "test"), _need(shop, "shop"), queries_zh, seed, json)
    else:
        _show(_constraints(_need(test, "test"), shop), json)


@train_app.command("intent")
def train_intent(
    examples: Annotated[
        Path | None, typer.Option("--examples", help="CSV, TSV or JSON Lines with a text and its intent a row.")
    ] = None,
    shop: ShopOption = Path(),
    seed: SeedOption = 0,
    json: JsonOption = False,
) -> None:
    """Teach a shop its own intents and wordings, beside those that Shelfwise knows.

    The examples are checked, kept in the shop's folder in place of earlier ones, and measured by cross-validation:
    what they bring on texts like them, and whether they cost anything on others.
    """
    from shelfwise.understanding.intent.teaching import teach

    with _open(shop) as opened:
        encoder = opened.encoder()
        if encoder is None:
            raise InputError(f"{shop}: this shop has no encoder, and intents are read from its vectors.")
        taught = teach(opened.folder, examples, encoder, seed=seed, made=datetime.now(UTC))
    if json:
        print_json(taught.as_json())
        return
    if taught.report:
        say(taught.report, errors)
    print_table("", ("", "before", "with the examples"), taught.rows(), right=("before", "with the examples"))
    say(f"Written to {taught.folder}; a running server takes it up when it starts again.", errors)


@train_app.command("tagger")
def train_tagger(
    train: Annotated[Path, typer.Option("--train", help="Labelled texts in BIO form: a character or word a line.")],
    test: Annotated[Path, typer.Option("--test", help="Others, to measure it on.")],
    shop: ShopOption = Path(),
    method: Annotated[
        str, typer.Option(help="crf: fast; encoder: with a tuned language model, better and slower (needs PyTorch).")
    ] = "crf",
    seed: SeedOption = 0,
    json: JsonOption = False,
) -> None:
    """Teach a shop to find products, brands and models in queries from labelled texts of its own.

    What it finds is told beside what the catalogue knows, and narrows nothing.
    """
    from shelfwise.beside import TAGGER
    from shelfwise.understanding.tagging.training import METHODS, train_tagger

    known = next((name for name in METHODS if name == method), None)
    if known is None:
        raise InputError(f"method: found {method!r}, expected one of {', '.join(METHODS)}.")
    with _open(shop) as opened:
        folder = opened.folder / TAGGER
    _show(train_tagger(train, test, folder, seed=seed, method=known), json)
    say(f"Written to {folder}; a running server takes it up when it starts again.", errors)


def _intents(
    learned: Labelled,
    asked: Labelled,
    method: Vectors,
    shop: Path | None,
    shots: int | None,
    seed: int,
    report: Path | None,
    json: bool,
) -> None:
    from shelfwise.understanding.intent.evaluate import evaluate_intent
    from shelfwise.understanding.intent.joined import Choice, Joined, choose

    choice = choose(learned.texts) if method == "auto" else Choice(method, "as asked for")
    encoder = _encoder(shop)
    if choice.method == "joined":
        encoder = Joined(encoder, _english(), learned.texts)
    with progress("Learning and asking") as step:
        found = evaluate_intent(learned, asked, encoder, shots=shots, seed=seed, progress=step)
    if report:
        _write(report, found)
    _show({**found.as_json(), "method": choice.method, "why": choice.why}, json)


def _english() -> Encoder:
    from shelfwise.language.encoders.registry import open_encoder
    from shelfwise.understanding.intent.joined import SECOND

    return open_encoder(SECOND)


def _encoder(shop: Path | None) -> Encoder:
    found: Encoder | None
    if shop is not None:
        with _open(shop) as opened:
            found = opened.encoder()
    else:
        from shelfwise.language.encoders.registry import load_encoder
        from shelfwise.settings import EncoderSettings

        found = load_encoder(EncoderSettings())
    if found is None:
        raise InputError(f"{shop}: this shop has no encoder, and intents are read from its vectors.")
    return found


def _open(shop: Path) -> Shop:
    from shelfwise.shop import Shop

    return Shop.open(shop)


def _constraints(test: Path, shop: Path | None) -> dict[str, Any]:
    from shelfwise.understanding.constraints.evaluate import exact_match, read_constraint_queries

    queries = read_constraint_queries(test)
    if shop is not None:
        from shelfwise.types import Query

        with _open(shop) as opened:
            return exact_match(queries, lambda text: opened.understand(Query(text)).constraints)
    from shelfwise.language.analyzer import BilingualAnalyzer
    from shelfwise.understanding.constraints.step import ConstraintsStep

    return exact_match(queries, ConstraintsStep(BilingualAnalyzer()).read)


def _search(judgments: Path, shop: Path, queries_zh: Path | None, seed: int, json: bool) -> None:
    from shelfwise.ablation import ablate
    from shelfwise.cli.figures import read_judgments
    from shelfwise.evaluation import read_translations

    qrels = read_judgments(judgments, "all")
    translated = read_translations(queries_zh) if queries_zh else {}
    with _open(shop) as opened, progress("Searching") as step:
        texts = {query: (translated.get(query, query),) for query in qrels}
        found = ablate(opened.searcher(), opened.settings, qrels, texts, seed=seed, progress=step)
    if json:
        print_json(found)
        return
    columns = ("ndcg@10", "gain", "low", "high", "p_value", "largest_loss")
    rows = [(name, *(f"{row[column]:.3f}" for column in columns)) for name, row in found.items()]
    print_table("", ("", *columns), rows, right=columns)


def _write(path: Path, found: IntentEvaluation) -> None:
    from shelfwise.evaluation.report import render_labels, write_report

    figures = {name: value for name, value in found.as_json().items() if isinstance(value, float)}
    page = render_labels(found.texts, found.true, found.given, found.confidence, figures, title="Intents")
    write_report(path, page)


def _show(figures: dict[str, Any], json: bool) -> None:
    if json:
        print_json(figures)
        return
    rows = [(name, f"{value:.4f}" if isinstance(value, float) else value) for name, value in _flat(figures)]
    print_table("", ("", "value"), rows, right=("value",))


def _flat(figures: dict[str, Any], before: str = "") -> list[tuple[str, object]]:
    """Numbers by name, those of inner tables by both names; lists are for --json."""
    rows: list[tuple[str, object]] = []
    for name, value in figures.items():
        if isinstance(value, dict):
            rows += _flat(value, f"{before}{name} ")
        elif not isinstance(value, list) and value is not None:
            rows.append((before + name, value))
    return rows


def _need(path: Path | None, option: str) -> Path:
    if path is None:
        raise typer.BadParameter("this task needs a file here.", param_hint=f"--{option}")
    return path
