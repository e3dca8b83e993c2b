"""How good recommendations are: metrics over lists and what shoppers took after, never over a model."""

from shelfwise.evaluation.recommend.accuracy import Truth, found_in
from shelfwise.evaluation.recommend.measured import (
    Gain,
    Measured,
    Surroundings,
    compare_measured,
    measure,
    measure_accuracy,
)

__all__ = ["Gain", "Measured", "Surroundings", "Truth", "compare_measured", "found_in", "measure", "measure_accuracy"]
