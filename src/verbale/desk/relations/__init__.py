"""How we stand with a partner: the acts between us as events of a scale, tension, and what eases it."""

from verbale.desk.relations.alerts import alerts
from verbale.desk.relations.events import Relation, Said, relation_with, relations
from verbale.desk.relations.measures import menu
from verbale.desk.relations.plot import plot_of
from verbale.desk.relations.told import told
from verbale.desk.relations.words import level_name, standing, trend_sentence

__all__ = [
    "Relation",
    "Said",
    "alerts",
    "level_name",
    "menu",
    "plot_of",
    "relation_with",
    "relations",
    "standing",
    "told",
    "trend_sentence",
]
