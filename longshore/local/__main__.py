"""`python -m longshore.local`: what start.sh ends in."""

from __future__ import annotations

import sys

from longshore.local.launcher import main

if __name__ == "__main__":
    sys.exit(main())
