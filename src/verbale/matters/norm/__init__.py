"""A norm proposal: a text of conduct between states, put forward, commented on, revised and adopted."""
