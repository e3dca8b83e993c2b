"""What is the same for all shoppers and every visit."""

from __future__ import annotations

from dataclasses import dataclass

from shelfwise.simulate.shoppers.draws import Draws
from shelfwise.simulate.shoppers.market import Market
from shelfwise.simulate.shoppers.parameters import Parameters
from shelfwise.types import Float64

MONTH = 30.0  # days


@dataclass(frozen=True, slots=True)
class Setting:
    """A market, and how shoppers choose there. appeal: Float64[m], what all shoppers like of each product and no field
    tells; standard normal."""

    market: Market
    parameters: Parameters
    appeal: Float64

    @classmethod
    def drawn(cls, market: Market, parameters: Parameters, draws: Draws) -> Setting:
        """The setting under a seed's draws."""
        return cls(market, parameters, draws.of("market").normals("appeal", len(market)))

    def angle(self, day: float) -> float:
        """How far tastes have turned by a day, in radians."""
        return self.parameters.after["drift"] * day / MONTH
