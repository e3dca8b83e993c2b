"""The demo's own check: serves the shop, asks a query of each kind over HTTP, and says what came back."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, Any

from shelfwise.cli.console import print_table, say
from shelfwise.errors import ShopError

if TYPE_CHECKING:
    import httpx

CHECKER = "demo-check"
SECONDS = 60.0  # that a server may take to start


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of query: what is asked, and what must be true of the answer."""

    name: str
    path: str
    params: dict[str, Any]
    holds: Callable[[Any], bool]
    body: dict[str, Any] | None = None  # sent by POST


def _titles(answer: Any) -> list[str]:
    return [item["product"]["title"] for item in answer["items"]]


def _keys(answer: Any) -> set[str]:
    return {row["key"] for row in answer["rows"]}


def _has(*words: str) -> Callable[[Any], bool]:
    return lambda answer: any(word.lower() in " ".join(_titles(answer)[:5]).lower() for word in words)


KINDS = (
    Kind("English", "/v1/search", {"q": "wireless noise cancelling headphones"}, _has("耳机", "headphone")),
    Kind("Chinese", "/v1/search", {"q": "我想找一款适合我的新款手机"}, _has("手机", "phone")),
    Kind("the example: phones", "/v1/search", {"q": "iPhone 13"}, _has("iPhone 13")),
    Kind("misspelt", "/v1/search", {"q": "wirless hedphones"}, _has("耳机", "headphone")),
    Kind("homophone", "/v1/search", {"q": "手几"}, _has("手机", "phone")),
    Kind("mixed", "/v1/search", {"q": "Type-C数据线"}, _has("type-c", "数据线")),
    Kind("filter", "/v1/search", {"q": "phone", "filter": "price:1000..5000"}, lambda a: a["total"] > 0),
    Kind("sorted", "/v1/search", {"q": "laptop", "sort": "price"}, lambda a: a["total"] > 0),
    Kind("nothing like it", "/v1/search", {"q": "zzqxv 9937 wvut"}, lambda a: "items" in a),
    Kind("suggestions", "/v1/suggest", {"q": "shou"}, lambda a: len(a["suggestions"]) > 0),
    Kind("storefront", "/search", {"q": "空调", "lang": "zh"}, lambda a: "空调" in a),
    Kind("home page", "/v1/recommend", {"shopper": "shopper-001"}, lambda a: _keys(a) >= {"for_you", "trending"}),
    Kind("a stranger's", "/v1/recommend", {}, lambda a: "trending" in _keys(a)),
    Kind("ready", "/readyz", {}, lambda a: bool(a["ready"])),
)


def run_check(shop: Path) -> int:
    """Ask every kind; 0 when all answers hold, 1 otherwise. Raises ShopError when the server does not answer."""
    import httpx

    rows, failed = [], 0
    try:
        with serving(shop) as address, httpx.Client(base_url=address, timeout=SECONDS) as client:
            similar = Kind("similar", f"/v1/similar/{_first_id(client)}", {}, lambda a: len(a["items"]) > 0)
            seed = {"placement": "product", "seed": similar.path.rsplit("/", 1)[1]}
            page = Kind("product page", "/v1/recommend", seed, lambda a: "similar" in _keys(a))
            cart = Kind("cart", "/v1/recommend", seed | {"placement": "cart"}, lambda a: len(a["rows"]) > 0)
            events = Kind("events", "/v1/events", {}, lambda a: not a["refused"], _looked(seed["seed"]))
            after = Kind("a look changes it", "/v1/recommend", {"shopper": CHECKER}, lambda a: "for_you" in _keys(a))
            for kind in (*KINDS, similar, page, cart, events, after):
                good, answer = _ask(client, kind)
                failed += not good
                rows.append(("✓" if good else "✗", kind.name, kind.params.get("q", ""), _short(answer)))
    except httpx.HTTPError as error:
        raise ShopError(f"The server did not answer: {error}.") from error
    print_table("", ("", "kind", "asked", "first answers"), rows)
    say("All kinds of query are answered." if not failed else f"{failed} kinds of query failed.")
    return 1 if failed else 0


def _ask(client: httpx.Client, kind: Kind) -> tuple[bool, Any]:
    response = client.post(kind.path, json=kind.body) if kind.body else client.get(kind.path, params=kind.params)
    answer = response.json() if "json" in response.headers.get("content-type", "") else response.text
    return response.is_success and kind.holds(answer), answer


def _looked(product: str) -> dict[str, Any]:
    """The body of one click; sent again, it counts once."""
    now = datetime.now(UTC).isoformat()
    event = {"id": f"{CHECKER}-{product}", "kind": "click", "shopper": CHECKER, "time": now, "product": product}
    return {"events": [event | {"query_id": CHECKER}]}


def _first_id(client: httpx.Client) -> str:
    items = client.get("/v1/search", params={"q": "phone"}).json().get("items")
    return str(items[0]["product"]["id"]) if items else "none"


def _short(answer: Any) -> str:
    if isinstance(answer, str):
        return f"a page of {len(answer):,} characters"
    if "rows" in answer:
        return " | ".join(f"{row['key']} {len(row['items'])}" for row in answer["rows"])
    if "items" in answer:
        took = answer.get("took", {}).get("total")
        return f"{answer['total']} found{f' in {took:.0f} ms' if took else ''}: " + " | ".join(
            title[:28] for title in _titles(answer)[:3]
        )
    if "suggestions" in answer:
        return " | ".join(one["text"] for one in answer["suggestions"][:5])
    return str(answer)[:80]


@contextmanager
def serving(shop: Path) -> Iterator[str]:
    """The address of a server of the shop, in a process of its own, for the length of a `with` block."""
    call = [sys.executable, "-m", "shelfwise.cli", "serve", "--shop", str(shop), "--host", "127.0.0.1", "--port", "0"]
    with TemporaryFile("w+") as log, subprocess.Popen(call, stdout=subprocess.PIPE, stderr=log, text=True) as process:
        try:
            line = process.stdout.readline() if process.stdout else ""
            if " at http" not in line:
                process.wait(SECONDS)
                log.seek(0)
                raise ShopError("The server did not start.", hint=log.read()[-2_000:].strip())
            yield line.rsplit(" at ", 1)[1].strip()
        finally:
            process.terminate()
            process.wait(SECONDS)
