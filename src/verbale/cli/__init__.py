"""The `verbale` command."""

from verbale.cli.app import main

__all__ = ["main"]
