"""Measurements of a node, as `./run bench` prints them. Never a test: nothing here passes or fails."""
