"""`shelfwise evaluate encoder` and `shelfwise evaluate cross-encoder`: a model alone, without a shop's search."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from shelfwise.cli.console import JsonOption, PairsOption, ShopOption, print_json, print_table, progress
from shelfwise.cli.evaluate import SeedOption, SplitOption
from shelfwise.errors import InputError

if TYPE_CHECKING:
    from shelfwise.training.rankings import Scores
    from shelfwise.training.searching import EncoderSearch, Reranked

ModelOption = Annotated[str, typer.Option("--model", help="default, minilm, NAME, NAME@VERSION, or a folder.")]
AgainstOption = Annotated[
    str | None, typer.Option("--against", help="Another model, measured on the same data, with a paired test.")
]
JudgmentsOption = Annotated[
    Path | None, typer.Option("--judgments", help="CSV, TSV or TREC file with query, docid, rating.")
]
CatalogOption = Annotated[Path | None, typer.Option("--catalog", help="A feed with the products.")]
QueriesOption = Annotated[
    Path | None, typer.Option("--queries-zh", help="CSV of query, query_zh: ask these texts instead.")
]


def model(
    context: typer.Context,
    name: ModelOption,
    judgments: JudgmentsOption = None,
    catalog: CatalogOption = None,
    pairs: PairsOption = None,
    against: AgainstOption = None,
    shop: ShopOption = Path(),
    queries_zh: QueriesOption = None,
    first: Annotated[
        str, typer.Option("--first", help="cross-encoder: the encoder whose first 50 products it puts in order.")
    ] = "default",
    split: SplitOption = "all",
    seed: SeedOption = 0,
    json: JsonOption = False,
) -> None:
    """How well a model alone orders products by judgments, or evidence by questions.

    With judgments: nDCG@10 and others over the whole catalogue, and over the judged products alone (pool_ndcg@10). A
    cross-encoder puts the first 50 products of an encoder in order. With --pairs: p@1, mrr, map over the questions that
    have an answer.
    """
    cross = context.info_name == "cross-encoder"
    names = [name, *([against] if against else [])]
    if pairs is not None:
        found = {each: _scores(each, shop, cross) for each in names}
        _pairs(pairs, found, seed, json)
    elif judgments is not None and catalog is not None:
        searches = _searches(names, catalog, shop, first if cross else None)
        _judged(judgments, searches, queries_zh, split, seed, json)
    else:
        raise InputError("Nothing to measure on: give --judgments with --catalog, or --pairs.")


def _scores(name: str, shop: Path, cross: bool) -> Scores:
    from shelfwise.training.rankings import encoder_scores
    from shelfwise.training.searching import pair_scores

    if cross:
        from shelfwise.language.cross_encoders.registry import open_cross_encoder

        return pair_scores(open_cross_encoder(name, shop))
    from shelfwise.language.encoders.registry import open_encoder

    return encoder_scores(open_encoder(name, shop))


def _pairs(path: Path, models: dict[str, Scores], seed: int, json: bool) -> None:
    from shelfwise.evaluation.intervals import bootstrap
    from shelfwise.evaluation.significance import paired_bootstrap, permutation_test
    from shelfwise.training.data.sources.questions import read_questions
    from shelfwise.training.rankings import rank_examples

    examples = read_questions(path)
    found = {name: rank_examples(scores, examples) for name, scores in models.items()}
    name, *others = found
    figures: dict[str, Any] = found[name].means()
    figures |= {"questions": len(examples) - found[name].skipped, "questions_without_answer": found[name].skipped}
    figures["intervals"] = {
        key: {"low": each.low, "high": each.high}
        for key, each in ((key, bootstrap(column, seed=seed)) for key, column in found[name].values.items())
    }
    for other in others:
        pair = found[other].values["p@1"], found[name].values["p@1"]
        gain = paired_bootstrap(*pair, seed=seed)
        figures["against"] = {
            "model": other,
            **found[other].means(),
            "p@1 gain": float((pair[1] - pair[0]).mean()),
            "low": gain.low,
            "high": gain.high,
            "p_value": permutation_test(*pair, seed=seed),
        }
    if json:
        print_json({"model": name, **figures})
        return
    compared = figures.get("against", {})
    keys = [key for key, value in figures.items() if isinstance(value, float)]
    rows = [(key, f"{figures[key]:.4f}", f"{compared[key]:.4f}" if key in compared else "") for key in keys]
    print_table(f"{figures['questions']} questions", ("", name, *(others or [""])), rows, right=(name, *others))
    if compared:
        print_table("", ("p@1 gain", "low", "high", "p"), [[f"{compared[k]:.4f}" for k in _GAIN]])


_GAIN = ("p@1 gain", "low", "high", "p_value")


def _searches(names: list[str], catalog: Path, shop: Path, first: str | None) -> dict[str, EncoderSearch | Reranked]:
    from shelfwise.language.encoders.registry import open_encoder
    from shelfwise.training.data.feeds import read_catalog
    from shelfwise.training.searching import EncoderSearch, Reranked

    products = list(read_catalog(catalog).values())

    def encoded(name: str) -> EncoderSearch:
        with progress(f"Encoding products ({name})") as step:
            return EncoderSearch(open_encoder(name, shop), products, step)

    if first is None:
        return {name: encoded(name) for name in names}
    from shelfwise.language.cross_encoders.registry import open_cross_encoder

    stage = encoded(first)
    return {name: stage if name == first else Reranked(open_cross_encoder(name, shop), stage) for name in names}


def _judged(
    judgments: Path,
    searches: dict[str, EncoderSearch | Reranked],
    queries_zh: Path | None,
    split: Any,
    seed: int,
    json: bool,
) -> None:
    from shelfwise.cli.figures import Shown, read_judgments, show
    from shelfwise.evaluation import evaluate_search, read_translations
    from shelfwise.evaluation.report import Reported

    qrels = read_judgments(judgments, split)
    texts = read_translations(queries_zh) if queries_zh else None
    shown = []
    for name, each in searches.items():
        with progress(f"Searching ({name})") as step:
            found = evaluate_search(
                each.search,
                qrels,
                clock=time.perf_counter,
                pool_search=each.among,
                texts=texts,
                seed=seed,
                progress=lambda done, total, query, step=step: step(done, total),  # type: ignore[misc]
            )
        shown.append(Shown(Reported.of(name, found), found.as_json()))
    show(shown, seed=seed, per_query=False, json=json)
