"""A page about one run, or about two side by side: `render_report`; about labels: `render_labels`; `write_report`."""

from shelfwise.evaluation.report.labels import render_labels
from shelfwise.evaluation.report.page import render_report, write_report
from shelfwise.evaluation.report.view import Reported

__all__ = ["Reported", "render_labels", "render_report", "write_report"]
