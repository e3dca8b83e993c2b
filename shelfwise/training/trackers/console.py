"""Figures as curves in the terminal, once the run is over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import plotext
from rich.console import Console

from shelfwise.training.trackers.base import Run

_HEIGHT = 14  # lines of a plot
_WIDEST = 100
LOSS = "loss"
VALIDATION = "validation/"

Curve = list[tuple[int, float]]


class ConsolePlot:
    """Draws the loss, and the validation figures of the same range, after the last step; then names the summary."""

    name = "console"

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or Console(stderr=True)
        self.curves: dict[str, Curve] = {}
        self.run = ""

    def start(self, run: Run) -> None:
        """Keeps the name for the titles."""
        self.run = run.name

    def log(self, step: int, figures: Mapping[str, float]) -> None:
        """Keeps what will be drawn."""
        for name, value in figures.items():
            if name == LOSS or name.startswith(VALIDATION):
                self.curves.setdefault(name, []).append((step, value))

    def finish(self, summary: Mapping[str, float]) -> None:
        """Draws."""
        width = min(self.console.width, _WIDEST)
        for title, names in (("loss", [LOSS]), ("validation", sorted(set(self.curves) - {LOSS}))):
            curves = {name.removeprefix(VALIDATION): self.curves[name] for name in names if name in self.curves}
            if curves:
                self._say(draw(f"{self.run}: {title}", curves, width))
        self._say("  ".join(f"{name} {value:.4g}" for name, value in summary.items()))

    def _say(self, text: str) -> None:
        self.console.print(text, markup=False, highlight=False, soft_wrap=True)


def draw(title: str, curves: Mapping[str, Sequence[tuple[int, float]]], width: int) -> str:
    """Curves over steps as text without colours, `width` characters wide."""
    figure = plotext.figure
    figure.clear()  # plotext has one figure for the whole process
    figure.plot_size(width, _HEIGHT)
    figure.title(title)
    for name, points in curves.items():
        steps, values = zip(*points, strict=True)
        signal = figure.signal(list(steps), list(values))
        signal.lines()
        signal.label(name)
        figure.draw(signal)
    text: str = figure.build().string(colorless=True)
    return text
