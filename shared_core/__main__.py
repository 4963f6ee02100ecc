"""``python -m shared_core`` is ``bac``."""

from __future__ import annotations

import sys

from shared_core.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
