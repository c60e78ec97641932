"""STIX 2.1 objects one by one, held against the standard.

    header = check(b'{"type": "indicator", …}')      # microseconds; InvalidObject names property, rule and clause
    header.id, header.version, header.references

The reader of whole reports (`verbale.intel.read`) is forgiving, since it only shows; this one keeps the door of the
store. What is a MUST in the standard is refused, what is a SHOULD is not: `remarks` tells it to who wants to know.
"""

from .budget import PatternBudget
from .bundles import check_bundle
from .checking import MAX_OBJECT_BYTES, Header, check, microseconds
from .faults import InvalidObject
from .remarks import Remark, remarks

__all__ = [
    "MAX_OBJECT_BYTES",
    "Header",
    "InvalidObject",
    "PatternBudget",
    "Remark",
    "check",
    "check_bundle",
    "microseconds",
    "remarks",
]
