"""What a shopper will do next: probabilities of actions, the next category, the days to the next purchase."""

from shelfwise.recommend.prediction.base import TARGETS, Predictions, Target
from shelfwise.recommend.prediction.predictor import Predictor
from shelfwise.recommend.prediction.report import Report, report

__all__ = ["TARGETS", "Predictions", "Predictor", "Report", "Target", "report"]
