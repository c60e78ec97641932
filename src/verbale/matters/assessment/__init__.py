"""Interests: our positions and red lines. Private to the node."""
