"""The commands of the guides run from top to bottom, in a folder as the guides suppose it.

What waits for a peer or takes minutes is run elsewhere, see `ELSEWHERE`; the parser has to understand all of
it, see tests/test_docs.py.
"""

from __future__ import annotations

import re
import shlex
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared_core.cli.main import main
from tests.guide_folders import FOLDERS, GUIDES
from tests.pacs.conftest import Archive

ELSEWHERE = {
    ("archive.md", "bac receive"): "tests/pacs/test_round_trip.py: it runs until it is ended",
    ("own-model.md", "--out ours"): "tests/cli/test_train.py and tests/training/test_fine_tuning.py: minutes",
    ("own-model.md", "simulated:patients=20"): "tests/cli/test_evaluate.py, with fewer patients: minutes",
}
"""Page, and what stands in a command of it: where it is run, and why not here."""


def _commands(page: str) -> list[str]:
    text = (GUIDES / page).read_text("utf-8")
    blocks = re.findall(r"^( *)```sh\n(.*?)^\1```$", text, re.MULTILINE | re.DOTALL)
    lines = [line.strip() for _, block in blocks for line in block.splitlines()]
    return [line for line in lines if line.startswith("bac ")]


def _run_here(page: str) -> list[str]:
    left_out = [words for guide, words in ELSEWHERE if guide == page]
    return [line for line in _commands(page) if not any(words in line for words in left_out)]


def test_every_guide_is_run_and_what_is_run_elsewhere_is_in_it() -> None:
    assert {page.name for page in GUIDES.glob("*.md") if _commands(page.name)} == set(FOLDERS)
    for page, words in ELSEWHERE:
        assert sum(words in line for line in _commands(page)) == 1


@pytest.fixture
def peer() -> Iterator[Archive]:
    """Stands for the archive of the pages."""
    archive = Archive()
    yield archive
    # Half a second, which nobody needs to wait for.
    threading.Thread(target=archive.close, daemon=True).start()


@pytest.mark.parametrize("page", FOLDERS)
def test_commands_of_a_guide_run(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, peer: Archive
) -> None:
    monkeypatch.chdir(tmp_path)
    FOLDERS[page](tmp_path)
    for line in _run_here(page):
        here = line.replace("pacs.example:104:ARCHIVE", str(peer.node)).replace("=/data/", "=data/")
        words = shlex.split(here, comments=True)[1:]
        words = words[: words.index(">")] if ">" in words else words
        if words[0] == "analyze":
            words += ["--workers", "0"]  # in this process: to start others takes longest
            words += [] if "--dicom all" in line else ["--no-pictures"]  # the pictures are of its objects
            if "-o" in words and "--resume" not in words:  # an earlier command may have filled it
                shutil.rmtree(words[words.index("-o") + 1], ignore_errors=True)
        if "--deidentify" in words:
            words += ["--deidentify-key", "key"]  # not that of the person who runs the tests
        assert main(words) == 0, line
