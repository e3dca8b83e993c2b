"""Templates to answers: the language of a request, the texts, the addresses of static files."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

import orjson
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse

from shelfwise.service.base import ShopView
from shelfwise.service.storefront.basket import read_basket
from shelfwise.service.storefront.cards import product_path
from shelfwise.service.storefront.format import date, number
from shelfwise.service.storefront.messages import read_messages
from shelfwise.service.storefront.visitor import keep, read_visitor
from shelfwise.types import Locale

FOLDER: Final = Path(__file__).parent
COOKIE: Final = "lang"
LANGUAGE_NAMES: Final[Mapping[Locale, str]] = {"en": "English", "zh": "中文"}


class Renderer:
    """Renders pages of one shop. HTML is escaped everywhere; an unknown name in a template is an error."""

    def __init__(self, shop: ShopView, ids: Callable[[], str]) -> None:
        self.shop = shop
        self._ids = ids  # of pages, so that what happens on one can be told from what happens on another
        self.messages = read_messages()
        self.environment = Environment(
            loader=FileSystemLoader(FOLDER / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self.environment.globals.update(asset=asset, number=number, product_path=product_path, json_ld=json_ld)

    def locale(self, request: Request) -> Locale:
        """`?lang=`, else the cookie, else what the browser asks for, else the shop's first language."""
        languages = self.shop.settings.shop.languages
        for asked in (request.query_params.get("lang"), request.cookies.get(COOKIE)):
            for language in languages:
                if asked == language:
                    return language
        return preferred(request.headers.get("accept-language", ""), languages)

    def page(self, request: Request, template: str, status: int = 200, **values: Any) -> HTMLResponse:
        """A whole page or a fragment, with the texts of the request's language; remembers a language asked for."""
        locale = self.locale(request)
        context = {
            "t": self.texts(request),
            "find": partial(self.messages.find, locale),
            "day": partial(date, locale=locale),
            "locale": locale,
            "shop": self.shop.settings.shop,
            "languages": self._languages(request),
            "text": "",
            "asks": True,  # whether a page may ask to remember its visitor
            "viewed": "",  # the product that a page is about
            "once": self._ids(),
            "visitor": read_visitor(request),
            "basket": read_basket(request.cookies),
            **values,
        }
        html = self.environment.get_template(template).render(context)
        answer = HTMLResponse(html, status)
        answer.headers["vary"] = "Cookie, Accept-Language"
        answer.headers["cache-control"] = "private, no-cache"
        answer.headers["content-language"] = "zh-CN" if locale == "zh" else "en"
        if request.query_params.get("lang") == locale:
            keep(answer, COOKIE, locale)
        return answer

    def texts(self, request: Request) -> Callable[..., str]:
        """The texts in the language of the request, by key."""
        return partial(self.messages.text, self.locale(request))

    def _languages(self, request: Request) -> list[tuple[Locale, str, str]]:
        """The other languages: code, name, and this page's address in it."""
        pairs = [(key, value) for key, value in request.query_params.multi_items() if key != "lang"]
        return [
            (code, LANGUAGE_NAMES[code], f"?{urlencode([*pairs, ('lang', code)])}")
            for code in self.shop.settings.shop.languages
        ]


def preferred(header: str, languages: tuple[Locale, ...]) -> Locale:
    """The shop's language that an Accept-Language header ranks highest, else the shop's first.

    >>> preferred("fr;q=0.9, zh-CN;q=0.8, en;q=0.5", ("en", "zh"))
    'zh'
    """
    best, weight = (languages[0] if languages else "en"), 0.0
    for part in header[:500].split(","):
        name, _, quality = part.strip().partition(";q=")
        try:
            given = float(quality or 1)
        except ValueError:
            continue
        for language in languages:
            if name.lower().split("-")[0] == language and given > weight:
                best, weight = language, given
    return best


@cache
def asset(name: str) -> str:
    """The address of a static file; it changes whenever the file does, so that browsers may keep it for ever."""
    digest = hashlib.sha256((FOLDER / "static" / name).read_bytes()).hexdigest()
    return f"/static/{name}?v={digest[:12]}"


def json_ld(data: Any) -> Markup:
    """Structured data that cannot end the script element it stands in."""
    text = orjson.dumps(data).decode()
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(text)
