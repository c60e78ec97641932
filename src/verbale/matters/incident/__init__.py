"""Incidents: what happened, what reports say of it, how grave it is, whether the case is closed."""
