"""What many shoppers took in the last days."""

from __future__ import annotations

from shelfwise.recommend.generators.popular import Popular


class Trending(Popular):
    """Popular with a short memory: half as much every four days, so that about the last week counts."""

    name: str = "trending"
    half_life: float = 4.0
