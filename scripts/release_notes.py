"""Print what the changelog says of a version; an error where a tag is not the version of the code.

``python scripts/release_notes.py v0.2.0``. It needs nothing but Python.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def notes_of(tag: str, *, version: str, changelog: str) -> str:
    """The section of a version.

    Raises
    ------
    ValueError
        The tag is not ``v`` and the version, or the changelog has no dated section of it.
    """
    if tag != f"v{version}":
        raise ValueError(f"the tag is {tag}, and the code is of version {version}: tag v{version}.")
    section = re.search(
        rf"^## {re.escape(version)} \(\d{{4}}-\d{{2}}-\d{{2}}\)\n+(.*?)(?=^## |\Z)", changelog, re.M | re.S
    )
    if section is None or not section[1].strip():
        raise ValueError(f"CHANGELOG.md has no section '## {version} (YYYY-MM-DD)' with words in it.")
    return section[1].strip() + "\n"


def main() -> None:
    """Print the notes of the tag that is named."""
    source = (ROOT / "shared_core" / "version.py").read_text("utf-8")
    version = re.search(r'SOFTWARE_VERSION(?:: \w+)? = "([^"]+)"', source)
    if version is None:
        sys.exit("shared_core/version.py names no version.")
    try:
        changelog = (ROOT / "CHANGELOG.md").read_text("utf-8")
        print(notes_of(sys.argv[1], version=version[1], changelog=changelog), end="")
    except ValueError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
