"""The TAXII 2.1 server (OASIS Standard, 10 June 2021). Sections named in this package are those of the standard."""
