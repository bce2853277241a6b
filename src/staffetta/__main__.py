"""`python -m staffetta` is the command `staffetta`."""

import sys

from staffetta.cli.main import main

sys.exit(main())
