"""One visit: what a shopper looks at, clicks, puts into the cart and buys. The shop sees its events only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from shelfwise.simulate.shoppers.base import Answer, Clock
from shelfwise.simulate.shoppers.choice import attracted, examined, examined_in_rows, geometric, logistic
from shelfwise.simulate.shoppers.needs import Need, need_of
from shelfwise.simulate.shoppers.policies import Pages
from shelfwise.simulate.shoppers.setting import Setting
from shelfwise.simulate.shoppers.shopper import Character, State, money
from shelfwise.simulate.shoppers.trace import Trace
from shelfwise.simulate.shoppers.utility import Worth, worth_now

SCROLL, STEP, SECONDS_READING = 2.0, 3.0, 5.0  # seconds that pass: a row, a click, a page of results
OWN_PLACEMENT: Final = "product"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a visit. number: of the shopper; visit: how many came before; satisfaction: after it.

    expected: Σ over the products looked at of P(cart) · P(order): how many purchases the visit would lead to on
    average, were it to end many times after the same pages. It leaves out that only one of a category is bought.
    """

    number: int
    day: int
    visit: int
    needed: bool
    pages: int
    clicks: int
    carts: int
    expected: float
    bought: tuple[int, ...]
    spent: float
    satisfaction: float
    events: int


class Visit:
    """A visit under way. `utility`: what each product is worth on this visit (see utility.py)."""

    def __init__(
        self,
        character: Character,
        state: State,
        setting: Setting,
        pages: Pages,
        clock: Clock,
        *,
        day: int,
    ) -> None:
        self._who, self._state, self._pages, self._day = character, state, pages, day
        self._market, self._parameters = market, parameters = setting.market, setting.parameters
        self._draws = character.draws.of("visit", day)
        self._trace = Trace(pages.door, clock, character.name, character.device, f"{character.name}-{day}")
        told = character.tastes.told(setting, day)
        self._need: Need | None = need_of(character, state, setting, told, day)
        self._worth: Worth = worth_now(character, state, setting, told, self._need, day=day)
        self._clicks = attracted(self._worth.card, parameters.looking["attraction"], parameters.looking["noise"])
        self._click_draws = self._draws.uniforms("click", np.arange(len(market)))
        self._left = geometric(parameters.looking["pages"], self._draws.uniform("pages"))
        self._opened = 0
        self._viewed: dict[int, None] = {}
        self._carted, self._expected = 0, 0.0

    def run(self) -> Outcome:
        """The whole visit."""
        home_first = self._draws.uniform("home first") < self._parameters.visits["home_first"]
        if self._need is None or home_first:
            self._look(self._asked(self._pages.home(self._who.name)), "home")
        if self._need is not None:
            self._search(self._need)
        bought = self._checkout()
        self._trace.send()
        return self._left_shop(bought)

    # --- pages -----------------------------------------------------------------------------------------------

    def _asked(self, answer: Answer) -> Answer:
        self._opened += 1
        self._left -= 1
        return answer

    def _search(self, need: Need) -> None:
        """Searches for a need until something is in the cart, patience ends, or words do."""
        for attempt, text in enumerate(need.queries):
            if self._left <= 0 or self._carted:
                return
            self._trace.send()
            answer, placement = self._pages.found(self._who.name, text, self._who.locale)
            kind: Any = "search" if attempt == 0 else "reformulation"
            self._trace.add(kind, SECONDS_READING, text=text, query_id=answer.query_id, placement="search")
            self._look(self._asked(answer), placement)

    def _look(self, answer: Answer, placement: str) -> None:
        """Goes through the lists of a page, opening what is examined and attracts."""
        page, looking, eta = self._opened, self._parameters.looking, self._parameters.examination
        patience = geometric(looking["rows"], self._draws.uniform("rows", page))
        eyes = self._draws.of("eyes", page)
        for row, shelf in enumerate(answer.shelves[:patience]):
            ids = [id for id in shelf.ids if id in self._market.places]
            places = np.array([self._market.places[id] for id in ids], np.int64)
            if not ids:
                continue
            field = {"query_id": answer.query_id, "placement": placement, "row": shelf.key}
            self._trace.add("impression", SCROLL, slate=tuple(shelf.ids), position=1, **field)
            if shelf.key:
                seen = examined_in_rows(row, len(ids), eta["row"], eta["page"])
            else:
                seen = examined(len(ids), eta["results"])
            drawn = eyes.of(row).uniforms("examined", np.arange(len(ids)))
            clicked = (drawn < seen) & (self._click_draws[places] < self._clicks[places])
            for column in np.flatnonzero(clicked).tolist():
                if self._left <= 0:
                    return
                if int(places[column]) not in self._viewed:
                    position = shelf.ids.index(ids[column]) + 1
                    self._trace.add("click", STEP, product=ids[column], position=position, **field)
                    self._open(int(places[column]))

    def _open(self, product: int) -> None:
        """A product's page: it is read, perhaps liked or carted, and its rows perhaps looked at."""
        id, looking = self._market.ids[product], self._parameters.looking
        self._trace.send()
        self._pages.door.opened(id)
        self._opened += 1
        self._left -= 1
        self._viewed[product] = None
        utility = float(self._worth.page[product])
        self._trace.add("view", 1.0, product=id, placement=OWN_PLACEMENT)
        seconds = looking["dwell"] * float(np.exp(0.3 * utility + 0.5 * self._draws.of("dwell", product).normal("")))
        seconds = round(min(max(seconds, 2.0), 600.0), 1)
        self._trace.add("dwell", seconds, product=id, placement=OWN_PLACEMENT, value=seconds)
        self._decide(product, utility)
        if self._left > 0 and self._draws.uniform("below", product) < looking["below"]:
            self._trace.send()
            self._look(self._pages.product(self._who.name, id), OWN_PLACEMENT)

    def _decide(self, product: int, utility: float) -> None:
        buying, id = self._parameters.buying, self._market.ids[product]
        slope = buying["slope"] * utility
        if self._draws.uniform("favourite", product) < logistic(buying["favourite"] + slope):
            self._trace.add("favourite", STEP, product=id, placement=OWN_PLACEMENT)
        if self._market.price[product] > money(self._who, self._state, self._day, self._parameters):
            return
        wants = float(logistic(buying["cart"] + slope))
        self._expected += wants * self._orders(utility)
        if self._draws.uniform("cart", product) < wants:
            self._trace.add("cart", STEP, product=id, placement=OWN_PLACEMENT)
            self._carted += 1
            if product not in self._state.cart:
                self._state.cart.append(product)

    # --- the end ---------------------------------------------------------------------------------------------

    def _checkout(self) -> list[int]:
        """Buys from the cart, the best first: at most one of a category, never beyond the budget."""
        market, state = self._market, self._state
        if state.cart and self._left > 0:
            self._trace.send()
            cart = [market.ids[product] for product in state.cart]
            self._look(self._asked(self._pages.cart(self._who.name, cart)), "cart")
        bought: list[int] = []
        for product in sorted(state.cart, key=lambda product: (-self._worth.page[product], product)):
            price, category = float(market.price[product]), market.category[product]
            wants = self._orders(float(self._worth.page[product]))
            other = any(market.category[one] == category for one in bought)
            if (
                not other
                and price <= money(self._who, state, self._day, self._parameters)
                and self._draws.uniform("order", product) < wants
            ):
                bought.append(product)
                state.spent += price
                self._trace.add("purchase", 0.0, product=market.ids[product], value=round(price, 2), placement="cart")
        self._tidy(bought)
        return bought

    def _orders(self, utility: float) -> float:
        return float(logistic(self._parameters.buying["order"] + self._parameters.buying["order_slope"] * utility))

    def _tidy(self, bought: list[int]) -> None:
        """Takes some of what was not bought out of the cart."""
        left = []
        for product in self._state.cart:
            if product in bought:
                continue
            if self._draws.uniform("uncart", product) < self._parameters.buying["uncart"]:
                self._trace.add("uncart", STEP, product=self._market.ids[product], placement="cart")
            else:
                left.append(product)
        self._state.cart = left

    def _aspiration(self) -> float:
        """The utility of the `aspiration`-best product of the whole shop, for this shopper on this visit."""
        place = min(int(self._parameters.after["aspiration"]), len(self._market)) - 1
        return float(-np.partition(-self._worth.page, place)[place])

    def _left_shop(self, bought: list[int]) -> Outcome:
        """How it stands with the shopper after the visit.

        satisfaction ← satisfaction + learning · (worth − satisfaction)
        worth = σ(u − aspiration) within 0 and 1: u of the best bought; without a purchase, half of it for the best
        seen. A visit with a need loses `effort` for each page: looking around is no effort, searching is.
        """
        state, after, market = self._state, self._parameters.after, self._market
        for product in self._viewed:
            state.seen[product] = state.seen.get(product, 0) + 1
        for product in bought:
            state.bought[product] = state.bought_in[int(market.category[product])] = float(self._day)
            state.seen.pop(product, None)
        best = [float(self._worth.page[product]) for product in bought or self._viewed]
        worth = float(logistic(max(best) - self._aspiration())) * (1.0 if bought else 0.5) if best else 0.0
        effort = after["effort"] * self._opened if self._need is not None else 0.0
        worth = min(max(worth - effort, 0.0), 1.0)
        state.satisfaction += after["learning"] * (worth - state.satisfaction)
        visit, state.visits = state.visits, state.visits + 1
        return Outcome(
            number=self._who.number,
            day=self._day,
            visit=visit,
            needed=self._need is not None,
            pages=self._opened,
            clicks=len(self._viewed),
            carts=self._carted,
            expected=self._expected,
            bought=tuple(bought),
            spent=sum(float(market.price[product]) for product in bought),
            satisfaction=state.satisfaction,
            events=self._trace.count,
        )
