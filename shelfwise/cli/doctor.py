"""`shelfwise doctor`: is everything as it should be, and if not, what to do."""

from __future__ import annotations

from pathlib import Path

import typer
from rich.text import Text

from shelfwise.cli.console import JsonOption, ShopOption, output, print_json, say

SIGNS = {"good": ("✓", "green"), "warning": ("!", "yellow"), "bad": ("✗", "red")}


def doctor(shop: ShopOption = Path(), json: JsonOption = False) -> None:
    """Check the machine and the shop; status 1 when something is broken."""
    from shelfwise.checkup import check

    findings = check(shop)
    if json:
        print_json(findings)
    else:
        for finding in findings:
            output.print(Text.assemble(SIGNS[finding.state], f" {finding.part}: {finding.found}"), soft_wrap=True)
            if finding.remedy:
                say(f"    → {finding.remedy}")
    if any(finding.state == "bad" for finding in findings):
        raise typer.Exit(1)
