"""What the shop believes about a shopper, worked out from the newest events and never kept beside them."""

from shelfwise.behaviour.profiles.base import Facts, ProductFacts
from shelfwise.behaviour.profiles.build import build_profile
from shelfwise.behaviour.profiles.explain import Belief, explain, products_behind
from shelfwise.behaviour.profiles.facts import CatalogFacts, IndexFacts, facts_of
from shelfwise.behaviour.profiles.prices import BANDS, PriceBands, PriceBandsBuilder
from shelfwise.behaviour.profiles.rules import Rules, default_rules
from shelfwise.behaviour.profiles.store import LiveProfiles

__all__ = [
    "BANDS",
    "Belief",
    "CatalogFacts",
    "Facts",
    "IndexFacts",
    "LiveProfiles",
    "PriceBands",
    "PriceBandsBuilder",
    "ProductFacts",
    "Rules",
    "build_profile",
    "default_rules",
    "explain",
    "facts_of",
    "products_behind",
]
