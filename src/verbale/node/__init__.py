"""The node: models, access, register store, services, delivery, projections, and the registry of kinds of matter."""
