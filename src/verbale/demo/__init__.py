"""The demonstration: a whole case played between nodes of its own."""
