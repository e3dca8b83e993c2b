"""`shelfwise models export`: a model as a folder that serving reads without PyTorch, with a report beside it."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from shelfwise.cli.console import JsonOption, ShopOption, print_json, print_table, say
from shelfwise.errors import InputError, MissingExtraError

if TYPE_CHECKING:
    from shelfwise.training.export.parity import Parity

_TEXTS = 200  # products, and queries, that the report compares
_CALIBRATED = 64  # of them calibrate 8 bits


def export(
    model: Annotated[
        str, typer.Argument(help="default, minilm, NAME, NAME@VERSION, or a Sentence-Transformers folder.")
    ],
    into: Annotated[Path, typer.Option("--into", help="The folder to write; one that is there is replaced.")],
    precision: Annotated[str, typer.Option(help="float32, int8 or int8-static.")] = "int8",
    cross_encoder: Annotated[bool, typer.Option("--cross-encoder", help="A model that scores pairs.")] = False,
    catalog: Annotated[
        Path | None, typer.Option("--catalog", help="A feed: its products calibrate 8 bits and are compared.")
    ] = None,
    judgments: Annotated[
        Path | None, typer.Option("--judgments", help="What a search loses; needs the products of --catalog.")
    ] = None,
    shop: ShopOption = Path(),
    seed: Annotated[int, typer.Option(help="Of the intervals.")] = 0,
    json: JsonOption = False,
) -> None:
    """Make a model small and fast, and say how near it stays to itself in float32.

    The report (cosine, rank correlation, speed, size, nDCG lost) is printed and written beside the model.
    """
    if judgments is not None and (catalog is None or cross_encoder):
        raise InputError("--judgments needs --catalog, and an encoder.")
    folder = _folder(model, shop)
    if cross_encoder:
        exported = _module().export_cross_encoder(folder, into, precision)
        said: dict[str, Any] = {"folder": str(into), "writer": exported.writer, "size": exported.size}
        print_json(said) if json else say(f"{into}: {exported.size / 1e6:.1f} MB ({exported.writer}).")
        return
    writer, parity = _exported(folder, into, precision, catalog, judgments, seed)
    parity.write(into)
    if json:
        print_json({**parity.as_json(), "folder": str(into), "writer": writer})
        return
    print_table(f"{into} ({writer})", ("", parity.reference, parity.exported), parity.rows())


def _exported(
    folder: Path, into: Path, precision: str, catalog: Path | None, judgments: Path | None, seed: int
) -> tuple[str, Parity]:
    from shelfwise.cli.figures import read_judgments
    from shelfwise.language.encoders.exported import load_exported
    from shelfwise.retrieval.document import encoder_text
    from shelfwise.training.data.feeds import read_catalog
    from shelfwise.training.export.calibration import PRODUCTS, QUERIES
    from shelfwise.training.export.parity import compare

    products = list(read_catalog(catalog).values()) if catalog is not None else []
    step = max(len(products) // _TEXTS, 1)
    texts = [encoder_text(product) for product in products[::step]][:_TEXTS]
    queries = [product.title for product in products[step // 2 :: step]][:_TEXTS]
    exported = _module().export_encoder(folder, into, precision, texts=texts[:_CALIBRATED])
    with tempfile.TemporaryDirectory() as bare:
        plain = _module().export_encoder(folder, Path(bare) / "float32", "float32")
        parity = compare(
            load_exported(into),
            load_exported(plain.folder),
            queries=queries or QUERIES,
            products=texts if len(texts) > 1 else PRODUCTS,
            clock=time.perf_counter,
            qrels=read_judgments(judgments, "all") if judgments is not None else None,
            catalog=products,
            sizes=(exported.size, plain.size),
            seed=seed,
        )
    return exported.writer, parity


def _folder(model: str, shop: Path) -> Path:
    """Where training wrote the model, or keeps the base of that name."""
    _module()
    from shelfwise.training.bases.registry import base_folder

    return base_folder(model, shop)


def _module() -> Any:
    try:
        from shelfwise.training import export as module
    except ImportError as error:
        raise MissingExtraError.of(error.name or "torch", "train") from error
    return module
