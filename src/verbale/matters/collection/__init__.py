"""An intelligence collection between parties: what is wanted, contributed and seen."""
