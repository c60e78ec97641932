"""Tests of the report reader: STIX 2.1, MISP, and everything that is neither."""
