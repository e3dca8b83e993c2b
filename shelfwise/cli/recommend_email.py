"""`shelfwise recommend email`: a list of products for each of many shoppers, in a file for a mailing."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import orjson
import typer

from shelfwise.cli.console import ShopOption, progress, read_lines, say
from shelfwise.errors import InputError
from shelfwise.storage import replacing

if TYPE_CHECKING:
    from shelfwise.shop import Shop
    from shelfwise.slate import Recommendations
    from shelfwise.types import Product

COLUMNS: Final = (
    "shopper",
    "query_id",
    "position",
    "id",
    "title",
    "title_zh",
    "price",
    "currency",
    "url",
    "image",
    "reason",
    "reason_zh",
)


def email(
    out: Annotated[Path, typer.Option(help="Where to write: a .jsonl file (a line a shopper) or a .csv (a product).")],
    shop: ShopOption = Path(),
    shoppers: Annotated[Path | None, typer.Option(help="For whom: a name a line; all in the log if not given.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=50, help="Products for each.")] = 8,
) -> None:
    """Write a list of products for each shopper, with reasons. Shoppers for whom there is none are left out."""
    lines = {".jsonl": _json, ".csv": _csv}.get(out.suffix.lower())
    if lines is None:
        raise InputError(f"--out: found {out.name!r}, expected a name that ends in .jsonl or .csv.")
    from shelfwise.shop import Shop

    names = [line for _, line in read_lines(shoppers)] if shoppers else None
    with Shop.open(shop) as opened, progress("Recommending") as step:
        who = list(dict.fromkeys(names if names is not None else _everybody(opened)))
        count = _write(opened, who, limit, lines, out, step)
    say(f"{out}: lists for {count:,} of {len(who):,} shoppers.")


def _everybody(shop: Shop) -> Iterator[str]:
    """The shopper of each event of the log that has one."""
    for batch in shop.audience.log.read():
        yield from (logged.event.shopper for logged in batch if logged.event.shopper)


def _write(
    shop: Shop,
    who: list[str],
    limit: int,
    lines: Callable[[Recommendations], bytes],
    out: Path,
    step: Callable[[int, int | None], None],
) -> int:
    count = 0
    with replacing(out) as file:
        file.write(_line(COLUMNS) if lines is _csv else b"")
        for done, shopper in enumerate(who, 1):
            answer = shop.recommend(shopper, "email", limit=limit)
            if answer.rows:
                file.write(lines(answer))
                count += 1
            step(done, len(who))
    return count


def _json(answer: Recommendations) -> bytes:
    given = [dict(zip(COLUMNS[2:], row, strict=True)) for row in _rows(answer)]
    return orjson.dumps({"shopper": answer.shopper, "query_id": answer.query_id, "items": given}) + b"\n"


def _csv(answer: Recommendations) -> bytes:
    return b"".join(_line((answer.shopper, answer.query_id, *row)) for row in _rows(answer))


def _rows(answer: Recommendations) -> Iterator[tuple[Any, ...]]:
    items = (item for row in answer.rows for item in row.items)
    for position, item in enumerate(items):
        reason = item.why.reason
        yield position, *_facts(item.product), reason["en"], reason["zh"]


def _facts(product: Product) -> tuple[str | None, ...]:
    zh, price = product.translations.get("zh"), product.price
    title_zh = zh.title if zh else product.title
    amount, currency = (str(price.amount), price.currency) if price else (None, None)
    return product.id, product.title, title_zh, amount, currency, product.url, next(iter(product.images), None)


def _line(cells: Iterable[Any]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerow(cells)
    return text.getvalue().encode()
