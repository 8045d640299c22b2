"""Lets `python -m sam.cli` be the `trueup` command."""

from sam.cli import main

main()
