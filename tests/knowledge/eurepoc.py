"""Made-up rows in the columns of EuRepoC's tables. None of theirs stands here: no licence is stated for them."""

import csv
import io
from typing import Any

__all__ = ["COLUMNS", "made_up", "table"]

_COMMON = ["receiver_country", "initiator_country", "incident_type", "receiver_region"]
COLUMNS: dict[str, list[str]] = {
    "attributions": [
        "ID", "start_date", "industry_date", "political_date", "attacker_date", "third_party_date", "other_date",
        *_COMMON,
    ],
    "responses": [
        "ID", "political_response", "legal_response", "weighted_cyber_intensity", "response", "start_date", "year",
        "month", *_COMMON,
    ],
    "response_details": [
        "ID", "political_response", "legal_response", "response_type", "country_type_response",
        "legal_response_type_clean",
    ],
    "initiators": [
        "ID", "start_date", "receiver_country", "incident_type", "initiator_country", "initiator_category",
        "initiator_name", "receiver_region",
    ],
    "conflict_issues": [
        "ID", "start_date", "year", "month", "receiver_country", "initiator_country", "cyber_conflict_issue",
        "offline_conflict_issue_subcode", "receiver_region",
    ],
    "incident_types": ["ID", "incident_type", "weighted_cyber_intensity", "start_date", "year", "month", *_COMMON[:2]],
    "critical_infrastructure": ["id", "receiver_subcategory", "ci_subtype", "receiver_country", "region_name"],
}  # fmt: skip

_REGION = "['EUROPE', 'NATO']"
_FIRST = {
    "ID": "1", "start_date": "2020-03-10", "receiver_country": "Utopia", "initiator_country": "Ruritania",
    "receiver_region": _REGION,
}  # fmt: skip
_SECOND = {
    "ID": "2", "start_date": "2022-06-01", "receiver_country": "Erewhon", "initiator_country": "Ruritania",
    "receiver_region": "['NO_REGION']", "incident_type": "Data theft",
}  # fmt: skip
_THIRD = {
    "ID": "3", "start_date": "2016-01-01", "receiver_country": "Utopia", "initiator_country": "Unknown",
    "receiver_region": "", "incident_type": "Disruption",
}  # fmt: skip
_ROWS: dict[str, list[dict[str, str]]] = {
    "attributions": [
        {**_FIRST, "incident_type": "Ransomware", "political_date": "2020-04-09", "industry_date": "2020-03-20"},
        {**_FIRST, "incident_type": "Disruption", "political_date": "2020-04-09", "industry_date": "2020-03-20"},
        {**_SECOND, "political_date": "2022-06-11"},
    ],
    "responses": [
        {**_FIRST, "incident_type": "Ransomware", "political_response": "1", "legal_response": "0", "response": "1",
         "weighted_cyber_intensity": "4", "year": "2020.0"},
        {**_SECOND, "political_response": "1", "legal_response": "1", "response": "1",
         "weighted_cyber_intensity": "2", "year": "2022.0"},
        {**_THIRD, "political_response": "0", "legal_response": "0", "response": "0",
         "weighted_cyber_intensity": "", "year": "2016.0"},
    ],
    "initiators": [
        {**_FIRST, "incident_type": "Ransomware", "initiator_category": "Non-state-group",
         "initiator_name": "Grey Cats"},
        {**_SECOND, "initiator_category": "State", "initiator_name": "Not available"},
        {**_THIRD, "initiator_category": "Unknown - not attributed", "initiator_name": ""},
    ],
    "conflict_issues": [
        {**_FIRST, "cyber_conflict_issue": "Resources", "offline_conflict_issue_subcode": "Utopia – Ruritania"},
        {**_SECOND, "cyber_conflict_issue": "Unknown", "offline_conflict_issue_subcode": ""},
    ],
    "incident_types": [
        {**_FIRST, "incident_type": "Ransomware", "weighted_cyber_intensity": "4.0", "year": "2020.0"},
        {**_THIRD, "weighted_cyber_intensity": "", "year": "2016.0"},
    ],
    "critical_infrastructure": [
        {"id": "1", "receiver_subcategory": "Finance", "ci_subtype": "Banks", "receiver_country": "Utopia",
         "region_name": "NATO"},
        {"id": "40", "receiver_subcategory": "Health", "ci_subtype": "Unknown", "receiver_country": "Erewhon",
         "region_name": ""},
    ],
}  # fmt: skip


def table(name: str, rows: list[dict[str, Any]]) -> bytes:
    """A file of that table."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, COLUMNS[name], restval="", extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def made_up(**changed: list[dict[str, str]]) -> dict[str, bytes]:
    """The six tables, or with further or other rows under the name of a table."""
    return {name: table(name, rows) for name, rows in {**_ROWS, **changed}.items()}
