"""`python -m staffetta` is the command `staffetta`."""

from staffetta.cli.main import program

program()
