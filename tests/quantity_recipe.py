"""What CONTRIBUTING.md says to do for a new quantity, read from the page itself.

``python -m tests.quantity_recipe`` does all of it to the repository that it is started in.
"""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
RECIPE = (
    (ROOT / "CONTRIBUTING.md").read_text("utf-8").split("\n## How to add a quantity\n")[1].split("\n## ")[0]
)


def follow(folder: Path) -> None:
    """Write the module of the recipe into a copy of the repository, and change its registry."""
    module, registry = re.findall(r"`(shared_core/quantities/\w+\.py)`", RECIPE)
    (folder / module).write_text(_block("python"), "utf-8")
    place = folder / registry
    place.write_text(_changed(place.read_text("utf-8"), _block("diff")), "utf-8")


def commands() -> list[str]:
    """What is to be run then."""
    return _block("sh").splitlines()


def _block(language: str) -> str:
    (block,) = re.findall(rf"^```{language}\n(.*?)^```$", RECIPE, re.MULTILINE | re.DOTALL)
    return str(block)


def _changed(text: str, change: str) -> str:
    """A text with each run of ``-`` lines replaced by the ``+`` lines that follow it."""
    for old, new in re.findall(r"((?:^-.*\n)+)((?:^\+.*\n)+)", change, re.MULTILINE):
        before, after = (re.sub(r"^[-+]", "", lines, flags=re.MULTILINE) for lines in (old, new))
        assert text.count(before) == 1, f"CONTRIBUTING.md changes what is not there: {before}"
        text = text.replace(before, after)
    return text


if __name__ == "__main__":
    follow(Path.cwd())
    for command in commands():
        subprocess.run(shlex.split(command), check=True)
