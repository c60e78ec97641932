"""Capacity building: a need for training, offers, and what was held."""
