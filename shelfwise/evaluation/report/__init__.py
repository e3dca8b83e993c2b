"""Pages: `render_report` about one search run or two, `render_labels`, `render_recommend`; `write_report`."""

from shelfwise.evaluation.report.labels import render_labels
from shelfwise.evaluation.report.page import render_report, write_report
from shelfwise.evaluation.report.recommend import MeasuredModel, render_recommend
from shelfwise.evaluation.report.view import Reported

__all__ = ["MeasuredModel", "Reported", "render_labels", "render_recommend", "render_report", "write_report"]
