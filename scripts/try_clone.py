"""Go the way of a stranger, who has nothing but a clone of this repository.

``python scripts/try_clone.py`` clones it into an empty folder and does there what README.md and
CONTRIBUTING.md say, from `make demo` to a new quantity, and uses the wheel elsewhere. It prints each step
with its seconds, and ends with ``works`` or with the step that failed and the end of what that printed. Only
what is committed is cloned. It needs git, make and Python, and takes minutes.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PYTHON = ".venv/bin/python"
LAST_LINES = 40
"""Of what a failed step printed."""


@dataclass(frozen=True)
class Step:
    """A command with a name for people."""

    name: str
    command: tuple[str, ...]


def steps_in_the_clone(*, whole: bool) -> tuple[Step, ...]:
    """What a stranger does, in this order; the quantity comes last, as it changes the clone."""
    tested = Step("tests", ("make", "test")) if whole else Step("style and types", ("make", "check"))
    return (
        Step("demo", ("make", "demo")),
        tested,
        Step("site", ("make", "docs")),
        Step("wheel", ("make", "dist")),
        Step("wheel elsewhere", (PYTHON, "scripts/try_wheel.py", "dist", "--napari")),
        Step("new quantity", (PYTHON, "-m", "tests.quantity_recipe")),
    )


def failed_step(steps: Sequence[Step], folder: Path) -> Step | None:
    """Go through the steps and tell how long each takes; the first that fails, None where all work."""
    environment = {name: value for name, value in os.environ.items() if not _helps(name)}
    for step in steps:
        print(f"{step.name}: {' '.join(step.command)} ...", end=" ", flush=True)
        began = time.monotonic()
        answer = subprocess.run(
            step.command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
        print(f"{time.monotonic() - began:.0f} s", flush=True)
        if answer.returncode != 0:
            print("\n".join(answer.stdout.splitlines()[-LAST_LINES:]))
            return step
    return None


def _helps(variable: str) -> bool:
    """A variable of this environment that a stranger has not; PYTHON, which `make` takes, is a choice."""
    return variable.startswith(("PYTHON", "OPENBAC_", "VIRTUAL_ENV")) and variable != "PYTHON"


def main() -> None:
    """Clone, and go."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--source", default=str(ROOT), help="what is cloned (default: this repository)")
    parser.add_argument("--whole", action="store_true", help="with `make test` in place of `make check`")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        clone = Path(name, "OpenBAC")
        cloning = Step("clone", ("git", "clone", "--quiet", "--no-hardlinks", args.source, str(clone)))
        failed = failed_step((cloning,), Path(name)) or failed_step(
            steps_in_the_clone(whole=args.whole), clone
        )
    if failed is not None:
        sys.exit(f"failed: {failed.name}")
    print("works")


if __name__ == "__main__":
    main()
