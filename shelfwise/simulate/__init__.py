"""The demo shop and simulated shoppers, through the same doors as real ones."""

from shelfwise.simulate.demo import DemoFiles, write_demo
from shelfwise.simulate.events import demo_events
from shelfwise.simulate.judgments import Judged, demo_judgments
from shelfwise.simulate.labels import demo_labels
from shelfwise.simulate.pictures import demo_pictures
from shelfwise.simulate.products import demo_products
from shelfwise.simulate.queries import demo_queries
from shelfwise.simulate.reviews import demo_reviews
from shelfwise.simulate.synonyms import demo_synonyms

__all__ = [
    "DemoFiles",
    "Judged",
    "demo_events",
    "demo_judgments",
    "demo_labels",
    "demo_pictures",
    "demo_products",
    "demo_queries",
    "demo_reviews",
    "demo_synonyms",
    "write_demo",
]
