"""Precedents on the desk: what is asked, how it is told and drawn, and the REST API."""
