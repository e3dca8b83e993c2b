"""One model beside another, for `shelfwise models compare` and `promote`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from shelfwise.cli.console import print_table
from shelfwise.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shelfwise.language.base import Encoder
    from shelfwise.promotion import ModelComparison
    from shelfwise.shop import Shop
    from shelfwise.types import Product


def compared(
    shop: Shop, model: str, against: str | None, qrels: dict[str, dict[str, int]], catalog: Path | None, seed: int
) -> ModelComparison:
    """A model beside another, or the one that it would take the place of, over the shop's products or a feed's."""
    from shelfwise.language.models.names import is_own, pinned, split, store_of
    from shelfwise.promotion import compare_models

    products: Iterable[Product] = shop.catalog.store.products()
    if catalog is not None:
        from shelfwise.training.data.feeds import read_catalog

        products = read_catalog(catalog).values()
    if is_own(model, shop.folder):
        name, version = split(pinned(model, shop.folder))
        if store_of(shop.folder).card(name, version).kind == "cross-encoder":
            return _reranked(shop, model, against, qrels, products, seed)
    return compare_models(_encoder(shop, model), _encoder(shop, against), qrels, products, seed=seed)


def print_comparison(found: ModelComparison) -> None:
    """Each metric of both, with the interval of the change."""
    rows = []
    for name, each in found.compared.differences.items():
        interval = f"{each.interval.low:+.4f} to {each.interval.high:+.4f}"
        queries = f"{each.better} / {each.equal} / {each.worse}"
        change = f"{each.change:+.4f}"
        rows.append((name, f"{each.second:.4f}", f"{each.first:.4f}", change, interval, f"{each.p_value:.4f}", queries))
    columns = ("metric", "candidate", "serving", "change", "95% interval", "p", "+ / = / -")
    print_table("", columns, rows, columns[1:])


def _encoder(shop: Shop, name: str | None) -> Encoder:
    """An encoder by name, one of the shop's own through its cache: its work need not be done again when it is promoted.
    Without a name, the one in service."""
    from shelfwise.language.encoders.registry import open_encoder
    from shelfwise.language.models.names import is_own
    from shelfwise.promotion import serving_encoder

    found: Encoder | None
    if name is None:
        found = serving_encoder(shop)
    elif is_own(name, shop.folder):
        found = shop.encoders.load(shop.settings.encoder.model_copy(update={"kind": "trained", "model": name}))
    else:
        found = open_encoder(name, shop.folder)
    if found is None:
        raise InputError("The shop is served by words only: no model to compare with.", hint="Name one with --against.")
    return found


def _reranked(
    shop: Shop,
    model: str,
    against: str | None,
    qrels: dict[str, dict[str, int]],
    products: Iterable[Product],
    seed: int,
) -> ModelComparison:
    """A cross-encoder beside the current one of its name; beside no reranking while there is none."""
    from shelfwise.language.cross_encoders.registry import open_cross_encoder
    from shelfwise.language.models.names import split, store_of
    from shelfwise.promotion import compare_searches
    from shelfwise.training.searching import EncoderSearch, Reranked

    name, _ = split(model)
    current = store_of(shop.folder).current(name)
    other = against or (f"{name}@{current}" if current else None)
    encoder, candidate = _encoder(shop, None), open_cross_encoder(model, shop.folder)
    first = EncoderSearch(encoder, products)
    if other is None:
        return compare_searches((Reranked(candidate, first), first), (candidate.name, encoder.name), qrels, seed=seed)
    rival = open_cross_encoder(other, shop.folder)
    searches = Reranked(candidate, first), Reranked(rival, first)
    return compare_searches(searches, (candidate.name, rival.name), qrels, seed=seed)
