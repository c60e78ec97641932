"""Assistance between states: requests after the Budapest Convention and norm 13 (h), and offers of help."""
