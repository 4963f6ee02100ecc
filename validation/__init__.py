"""How right OpenBAC is: each study is run as ``python -m validation.NAME`` and writes a page of ``docs/``."""

from pathlib import Path

DOCS = Path(__file__).resolve().parent.parent / "docs"
