"""`python -m salesbot` is `salesbot`."""

import sys

from salesbot.cli import main

sys.exit(main())
