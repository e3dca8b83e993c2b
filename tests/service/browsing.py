"""A browser at the storefront, and a server for it to visit."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import uvicorn

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
CUT_SHORT = ("htmx:sendAbort", "htmx:afterRequest")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]

# What axe would look at first: names for everything that is operated, texts for pictures, headings in order.
AUDIT = """() => {
  const seen = e => e.checkVisibility({ visibilityProperty: true });
  const name = e => (e.getAttribute("aria-label") || (e.labels && [...e.labels].map(l => l.textContent).join(" ")) ||
    e.textContent || e.title || "").trim();
  const bad = [];
  for (const e of document.querySelectorAll("a, button, input:not([type=hidden]), select, summary"))
    if (seen(e) && !name(e)) bad.push("no name: " + e.outerHTML.slice(0, 120));
  for (const e of document.querySelectorAll("img:not([alt])")) bad.push("no alt: " + e.src);
  for (const e of document.querySelectorAll("[aria-labelledby], [aria-controls]"))
    for (const id of [e.getAttribute("aria-labelledby"), e.getAttribute("aria-controls")])
      if (id && !document.getElementById(id)) bad.push("points nowhere: " + id);
  let level = 0;
  for (const e of document.querySelectorAll("h1, h2, h3, h4")) {
    if (e.closest("[popover]") || (!seen(e) && !e.classList.contains("hidden"))) continue;
    if (+e.tagName[1] > level + 1) bad.push("heading jumps: " + e.outerHTML.slice(0, 80));
    level = +e.tagName[1];
  }
  const targets = "button, .button, select, .own a, .languages a, .pages a, .chip, #q, .choice, .tile, .understood a";
  for (const e of document.querySelectorAll(targets)) {
    const box = e.getBoundingClientRect();
    if (seen(e) && (box.height < 43.5 || box.width < 43.5)) bad.push("small target: " + e.outerHTML.slice(0, 120));
  }
  for (const tag of ["main", "header", "footer", "nav"])
    if (!document.querySelector(tag)) bad.push("no landmark: " + tag);
  return bad;
}"""


@contextmanager
def serving(app: Any) -> Iterator[str]:
    """The address of a real server in a thread, on a free port."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None, lifespan="on"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(10)


@contextmanager
def chromium() -> Iterator[Any]:
    """Chromium without a window; the test is skipped where there is none."""
    playwright = pytest.importorskip("playwright.sync_api", reason="needs playwright (pip install 'shelfwise[dev]')")
    if CHROMIUM is None:
        pytest.skip("needs Chromium (the command chromium on the PATH)")
    with playwright.sync_playwright() as running:
        browser = running.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@contextmanager
def visitor(browser: Any, address: str) -> Iterator[Callable[..., Any]]:
    """Opens pages; at the end, no page may have complained or asked another host for anything."""
    complaints: list[str] = []
    contexts: list[Any] = []

    def visit(path: str, width: int = 1280, height: int = 900, **options: Any) -> Any:
        context = browser.new_context(viewport={"width": width, "height": height}, base_url=address, **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("console", lambda m: complaints.append(m.text) if _complains(m) else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda r: complaints.append(r.url) if not r.url.startswith(address) else None)
        page.goto(path)
        return page

    yield visit
    for context in contexts:
        context.close()
    assert not complaints, f"the pages complained: {complaints}"  # this module is not rewritten by pytest


def _complains(message: Any) -> bool:
    """Whether a console message is a complaint. htmx reports a request that a new one or a closed page cut short as an
    error; that is how suggestions are meant to work."""
    return message.type in {"error", "warning"} and not message.text.startswith(CUT_SHORT)


def query(page: Any) -> dict[str, list[str]]:
    """The parameters of the page's address."""
    return parse_qs(urlsplit(page.url).query)


def wait(page: Any, condition: str) -> None:
    """Polls from here: the page's policy forbids the evaluation that the browser's own polling needs."""
    for _ in range(300):
        if page.evaluate(condition):
            return
        time.sleep(0.05)
    raise AssertionError(f"never true: {condition}")


def settle(page: Any) -> None:
    """Until the page has taken in the answer to its last request."""
    wait(page, "() => !document.querySelector('.htmx-request, .htmx-swapping, .htmx-settling')")
