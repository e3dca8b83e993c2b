"""`python -m shelfwise.cli` is the `shelfwise` command."""

from shelfwise.cli.main import run

run()
