"""`python -m argmine` is the `argmine` command."""

from argmine.cli import main

main()
