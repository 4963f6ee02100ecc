"""A path entry that holds declared requirements and what they need, and nothing else that is installed.

    python tests/host/declared.py FOLDER --optional NAME ... --required NAME ...

links the installed distributions of those names, and those that they require in turn, into FOLDER; those
that are optional, where they are installed. With
`python -S` and FOLDER on PYTHONPATH, a program sees the standard library, itself, and these. Uses the
standard library alone, as it runs in any interpreter.
"""

from __future__ import annotations

import argparse
import re
from importlib import metadata
from pathlib import Path


def names_in(requirements: str) -> list[str]:
    """Names of the distributions in the text of a requirements file."""
    lines = (line.partition("#")[0].strip() for line in requirements.splitlines())
    return [_name(line) for line in lines if line and not line.startswith("-")]


def closure(names: list[str]) -> dict[str, metadata.Distribution]:
    """The distributions of these names and all that they require here, by name.

    Raises
    ------
    metadata.PackageNotFoundError
        One of `names` is not installed.
    """
    found = {name: metadata.distribution(name) for name in names}
    left = list(found.values())
    while left:
        for requirement in left.pop().requires or ():
            name = _name(requirement)
            if name in found or re.search(r";.*\bextra\b", requirement):
                continue
            try:
                found[name] = metadata.distribution(name)
            except metadata.PackageNotFoundError:
                continue  # of another platform or an older Python
            left.append(found[name])
    return found


def link(folder: Path, distributions: dict[str, metadata.Distribution]) -> None:
    """Link what each distribution put into site-packages: its packages, modules and metadata."""
    folder.mkdir(parents=True)
    for distribution in distributions.values():
        site = Path(str(distribution.locate_file("")))
        tops = {file.parts[0] for file in distribution.files or ()} - {"..", "__pycache__", "bin"}
        for top in sorted(tops):
            target = folder / top
            # Some distributions share a folder (namespace packages); the first link serves all.
            if (site / top).exists() and not target.is_symlink():
                target.symlink_to(site / top)


def _name(requirement: str) -> str:
    match = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert match, requirement
    return re.sub(r"[-_.]+", "-", match[0]).lower()


def _installed(name: str) -> bool:
    return any(True for _ in metadata.distributions(name=name))


if __name__ == "__main__":
    arguments = argparse.ArgumentParser()
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--optional", nargs="*", default=[])
    arguments.add_argument("--required", nargs="*", default=[])
    asked = arguments.parse_args()
    link(asked.folder, closure([*filter(_installed, asked.optional), *map(_name, asked.required)]))
