"""`python -m verbale` is the `verbale` command."""

from verbale.cli import main

main()
