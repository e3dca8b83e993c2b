"""`shelfwise doctor`: is everything as it should be, and if not, what to do."""

from __future__ import annotations

from pathlib import Path

import typer

from shelfwise.checkup import Finding, check
from shelfwise.cli.console import JsonOption, ShopOption, output, print_json

SIGNS = {"good": "[green]✓[/]", "warning": "[yellow]![/]", "bad": "[red]✗[/]"}


def doctor(shop: ShopOption = Path(), json: JsonOption = False) -> None:
    """Check the machine and the shop; status 1 when something is broken."""
    findings: list[Finding] = check(shop)
    if json:
        print_json(findings)
    else:
        for finding in findings:
            output.print(f"{SIGNS[finding.state]} {finding.part}: {finding.found}", highlight=False, soft_wrap=True)
            if finding.remedy:
                output.print(f"    → {finding.remedy}", highlight=False, markup=False, soft_wrap=True)
    if any(finding.state == "bad" for finding in findings):
        raise typer.Exit(1)
