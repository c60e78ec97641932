"""Agreements: a text, its brackets, its authentication, its signature, and the day on which it enters into force."""
