"""Jobs as child processes, one at a time, so that the same check runs on any version of the code."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from shared_core.errors import UsageError
from validation.identity.harvest import PRINTED, RESULTS
from validation.identity.jobs import Job

ONE_THREAD: Final = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
"""The order of a sum over threads has a say in its last digit."""
_UNFINISHED: Final = ".unfinished"


@dataclass(frozen=True)
class Tree:
    """A checkout whose ``bac`` is called."""

    path: Path
    weights: Path | None = None
    """Folder of weights that do not come with it."""

    def call(self, arguments: tuple[str, ...]) -> subprocess.CompletedProcess[str]:
        """Run ``bac`` of this tree; a failure is not raised."""
        environment = {
            **os.environ,
            **dict.fromkeys(ONE_THREAD, "1"),
            "PYTHONPATH": str(self.path),
            "PYTHONHASHSEED": "0",
        }
        if self.weights is not None:
            environment["OPENBAC_WEIGHTS"] = str(self.weights)
        return subprocess.run(
            [sys.executable, "-m", "shared_core", *arguments],
            cwd=self.path,
            env=environment,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )

    def presets(self) -> tuple[str, ...]:
        """Names of the models that this tree knows.

        Raises
        ------
        UsageError
            It does not say.
        """
        answer = self.call(("models", "list"))
        names = tuple(line.split("\t")[0] for line in answer.stdout.splitlines() if "\t" in line)
        if answer.returncode or not names:
            raise UsageError(f"{self.path}: bac models list says: {answer.stderr.strip() or 'nothing'}")
        return names


def finish(job: Job, root: Path, tree: Tree) -> str | None:
    """Run a job unless its results are there already; return why it failed, None where it did not."""
    folder = root / job.folder
    if folder.is_dir():
        return None
    begun = folder.with_name(folder.name + _UNFINISHED)
    shutil.rmtree(begun, ignore_errors=True)
    begun.mkdir(parents=True)
    answer = tree.call((*job.arguments, *job.output_option, str(begun / RESULTS)))
    if answer.returncode:
        return f"exit code {answer.returncode}: {answer.stderr.strip()}"
    if job.prints:
        (begun / PRINTED).write_text(answer.stdout, encoding="utf-8")
    begun.rename(folder)
    return None


def path_words(root: Path, tree: Tree, pictures: Path, films: Path | None) -> dict[str, str]:
    """Words for the folders that differ from run to run, to stand in the table instead of their paths."""
    folders = {root: "{results}", pictures: "{pictures}", tree.path: "{tree}"}
    if films is not None:
        folders[films] = "{films}"
    # The longest first, as one path may be the beginning of another.
    longest_first = sorted(folders, key=lambda path: -len(str(path)))
    return {_UNFINISHED: "", **{str(path): folders[path] for path in longest_first}}
