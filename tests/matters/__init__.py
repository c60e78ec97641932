"""Tests of the kinds of matter: their rules of effect as tables and properties, and what people do with them."""
