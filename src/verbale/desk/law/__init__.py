"""Norms and instruments for the desk: who is which state, what binds them, in sentences and as JSON."""

from verbale.desk.law.between import Between, Binding, between, binding_with
from verbale.desk.law.states import state_of_node
from verbale.desk.law.told import instrument_told, norm_told, relations_told
from verbale.desk.law.words import DUTIES, TYPES, holding_sentence

__all__ = [
    "DUTIES",
    "TYPES",
    "Between",
    "Binding",
    "between",
    "binding_with",
    "holding_sentence",
    "instrument_told",
    "norm_told",
    "relations_told",
    "state_of_node",
]
