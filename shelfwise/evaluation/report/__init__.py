"""A page about one run, or about two side by side: `render_report`, `write_report`."""

from shelfwise.evaluation.report.page import render_report, write_report
from shelfwise.evaluation.report.view import Reported

__all__ = ["Reported", "render_report", "write_report"]
