"""Looks for indicators in one's own logs.

    matched = match([Path("conn.log.gz"), Path("events.ndjson")], read_indicators(Path("bundle.json")))
    [(hit.indicator, hit.value, hit.count) for hit in matched.hits]
    sightings(matched.hits, identity="identity--…", marking="AMBER", at=now)

Logs of several formats are brought into one shape (`observed`), indicators into terms (`indicators`), and one Ibis
expression (`expression`) finds the hits on DuckDB or, unchanged, on Apache Spark. No network, no Django; what is read
and laid out stays in a folder that is removed afterwards.
"""

from .errors import MatchingError
from .fields import Field
from .indicators import Indicator, Planned, Unlooked
from .observed import Account, BadRow
from .run import Hit, Matched, match
from .sightings import Telling, sightings, tellings
from .sources import indicator_of_stix, plain_indicator, read_indicators
from .told import hit_rows, matched_json

__all__ = [
    "Account",
    "BadRow",
    "Field",
    "Hit",
    "Indicator",
    "Matched",
    "MatchingError",
    "Planned",
    "Telling",
    "Unlooked",
    "indicator_of_stix",
    "hit_rows",
    "match",
    "matched_json",
    "plain_indicator",
    "read_indicators",
    "sightings",
    "tellings",
]
