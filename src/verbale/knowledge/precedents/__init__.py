"""Precedents: real incidents of others, read from EuRepoC's public tables; which are alike, and how they were answered.

tables.py      reads the tables; what cannot be read is named by file and line
cases.py       a case, and a collection of them
vocabulary.py  the words of the tables, from a pack
likeness.py    which cases are alike, and why
figures.py     who answered, how, and after how long
"""

from verbale.knowledge.precedents.cases import BODIES, Case, Collection, Refused, Response, Table
from verbale.knowledge.precedents.figures import BUCKETS, Answers, Times, answers_of, matrix_of, times_of
from verbale.knowledge.precedents.likeness import FACETS, Asked, Found, Reason, like
from verbale.knowledge.precedents.tables import TABLES, TableError, read_tables
from verbale.knowledge.precedents.vocabulary import Vocabulary, vocabulary

__all__ = [
    "BODIES",
    "BUCKETS",
    "FACETS",
    "TABLES",
    "Answers",
    "Asked",
    "Case",
    "Collection",
    "Found",
    "Reason",
    "Refused",
    "Response",
    "Table",
    "TableError",
    "Times",
    "Vocabulary",
    "answers_of",
    "like",
    "matrix_of",
    "read_tables",
    "times_of",
    "vocabulary",
]
