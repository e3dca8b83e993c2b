"""Every generator that a shop can use, by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from shelfwise.recommend.base import CandidateGenerator
from shelfwise.recommend.generators.baskets import BoughtTogether, CoView
from shelfwise.recommend.generators.because_searched import BecauseSearched
from shelfwise.recommend.generators.buy_again import BuyAgain
from shelfwise.recommend.generators.complementary import Complementary
from shelfwise.recommend.generators.ease import Ease
from shelfwise.recommend.generators.item_knn import ItemKnn
from shelfwise.recommend.generators.popular import Popular
from shelfwise.recommend.generators.recently_viewed import RecentlyViewed
from shelfwise.recommend.generators.sequence import SequenceGenerator
from shelfwise.recommend.generators.similar import Similar
from shelfwise.recommend.generators.standing import Assorted, BestRated, NewArrivals, OnSale
from shelfwise.recommend.generators.text_transitions import TextTransitions
from shelfwise.recommend.generators.transitions import Transitions
from shelfwise.recommend.generators.trending import Trending

KINDS: Final[tuple[type[CandidateGenerator], ...]] = (
    Popular,
    Trending,
    RecentlyViewed,
    BuyAgain,
    Transitions,
    TextTransitions,
    ItemKnn,
    Ease,
    CoView,
    BoughtTogether,
    Complementary,
    Similar,
    OnSale,
    NewArrivals,
    BestRated,
    Assorted,
)
BESIDE: Final[tuple[type[CandidateGenerator], ...]] = (
    BecauseSearched,
)  # neither fitted nor kept: they are handed a part of the shop
TRAINED: Final[tuple[type[CandidateGenerator], ...]] = (SequenceGenerator,)  # by a command of its own; then kept too
GENERATORS: Final[Mapping[str, type[CandidateGenerator]]] = {kind.name: kind for kind in KINDS + BESIDE + TRAINED}
LIGHT: Final = (
    "popular",
    "trending",
    "recently_viewed",
    "on_sale",
    "new_arrivals",
    "best_rated",
    "assorted",
)  # fitted in a moment: what a shop has before its first fit
