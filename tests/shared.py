"""Data whose licence forbids shipping: beside the checkout, where the house is developed, and missing elsewhere."""

from pathlib import Path

__all__ = ["SHARED"]

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"
