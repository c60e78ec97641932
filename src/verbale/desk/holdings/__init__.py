"""Pages of the intelligence that the node holds: shelves, objects, who may see them, imports, accounts."""
