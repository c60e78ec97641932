"""Channels: the standing series of notes between two or more nodes, with acknowledgements and answers."""
