"""`python -m whydown`: the command, where its script is not on the path."""

from whydown.cli import main

main()
