"""Tags of the pages of overlaps."""
