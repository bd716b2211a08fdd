"""`python -m salesbot` is `salesbot`."""

import sys

from salesbot.cli.main import main

sys.exit(main())
