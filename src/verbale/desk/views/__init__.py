"""Pages of the frame, one module a subject."""
