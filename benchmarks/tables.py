"""Plain tables, and figures with their spread."""

import statistics
from collections.abc import Sequence

__all__ = ["print_table", "spread"]


def spread(values: Sequence[float], digits: int | None = None) -> str:
    """`median (smallest - largest)`, or the one value; to about three figures unless `digits` says otherwise."""

    def shown(value: float) -> str:
        places = digits if digits is not None else 0 if value >= 100 else 1 if value >= 10 else 2
        return f"{value:,.{places}f}"

    if len(values) == 1:
        return shown(values[0])
    return f"{shown(statistics.median(values))} ({shown(min(values))} - {shown(max(values))})"


def print_table(title: str, heads: Sequence[str], rows: Sequence[Sequence[str]], *notes: str) -> None:
    """A table on standard output, first column to the left, others to the right, notes below."""
    widths = [max(len(row[place]) for row in (heads, *rows)) for place in range(len(heads))]
    print(f"\n{title}")
    for row in (heads, ["-" * width for width in widths], *rows):
        cells = [
            cell.rjust(width) if place else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        print("  " + "  ".join(cells).rstrip())
    for note in notes:
        print(f"  {note}")
    print(end="", flush=True)
