"""A cooperation plan: what the parties will do together after a case, item by item."""
