"""The commands of the guides run from top to bottom, in a folder as the guides suppose it.

What takes a peer, minutes or a phantom is run elsewhere, see `ELSEWHERE`; the parser has to understand all of
it, see tests/test_docs.py.
"""

from __future__ import annotations

import json
import re
import shlex
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import cv2
import numpy as np
import pytest

from shared_core.cli.main import main
from shared_core.weights.location import BUNDLED_WEIGHTS
from tests.tram_track import tram_track, write_tram_track

GUIDES = Path(__file__).resolve().parents[1] / "docs" / "guides"
ELSEWHERE = {
    "archive.md": "tests/dicom_objects and tests/deidentification; tests/pacs, with peers on loopback",
    "change.md": "tests/cli/test_change.py",
    "compare.md": "tests/cli/test_compare.py and test_compare_readers.py",
    "mass.md": "tests/cli/test_calibrate.py, with a simulated phantom",
    "own-model.md": "tests/training and tests/cli/test_train.py, with a small recipe",
}


def _commands(page: str) -> list[list[str]]:
    text = (GUIDES / page).read_text("utf-8")
    blocks = re.findall(r"^( *)```sh\n(.*?)^\1```$", text, re.MULTILINE | re.DOTALL)
    lines = [line.strip() for _, block in blocks for line in block.splitlines()]
    return [shlex.split(line, comments=True) for line in lines if line.startswith("bac ")]


def _exam(folder: Path, *, patients: Sequence[str] = ("P1",)) -> None:
    folder.mkdir(parents=True)
    for patient in patients:
        write_tram_track(folder / f"{patient}_LCC.png", seed=len(patient))


def _for_exam(folder: Path) -> None:
    write_tram_track(folder / "LCC.png")
    shutil.copy(folder / "LCC.png", folder / "LCC.dcm")  # its kind is seen from its bytes
    mask = np.zeros(tram_track().shape, np.uint8)
    mask[290:310, 20:200] = 2
    cv2.imwrite(str(folder / "labels.tif"), mask)
    cv2.imwrite(str(folder / "LCC_drawn.png"), mask * 127)
    shutil.copy(folder / "LCC_drawn.png", folder / "LCC_seg.dcm")


def _for_files(folder: Path) -> None:
    write_tram_track(folder / "LCC.png")
    _exam(folder / "exam_folder")
    (folder / "exam").mkdir()
    shutil.copy(folder / "LCC.png", folder / "exam" / "1-280.dcm")


def _for_cohort(folder: Path) -> None:
    _exam(folder / "archive", patients=("P1", "P20"))
    _exam(folder / "exam_folder")


def _for_models(folder: Path) -> None:
    write_tram_track(folder / "LCC.png")
    _exam(folder / "exam_folder")
    card = json.loads((BUNDLED_WEIGHTS.parent / "cards" / "openbac-1.json").read_text("utf-8"))
    (folder / "my-scunet.json").write_text(json.dumps({**card, "name": "my-scunet"}), "utf-8")
    shutil.copy(BUNDLED_WEIGHTS / "openbac-1" / card["weights_file"], folder)


FOLDERS: dict[str, Callable[[Path], None]] = {
    "exam.md": _for_exam,
    "files.md": _for_files,
    "cohort.md": _for_cohort,
    "models.md": _for_models,
}


def test_every_guide_is_run_or_says_where() -> None:
    pages = {page.name for page in GUIDES.glob("*.md") if _commands(page.name)}
    assert pages == {*FOLDERS, *ELSEWHERE}
    assert not set(FOLDERS) & set(ELSEWHERE)


@pytest.mark.parametrize("page", FOLDERS)
def test_commands_of_a_guide_run(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    FOLDERS[page](tmp_path)
    for command in _commands(page):
        words = command[1 : command.index(">")] if ">" in command else command[1:]
        if words[0] == "analyze":
            words += ["--no-pictures", "--workers", "0"]  # in this process: to start others takes longest
            if "-o" in words and "--resume" not in words:  # an earlier command may have filled it
                shutil.rmtree(words[words.index("-o") + 1], ignore_errors=True)
        assert main(words) == 0, " ".join(command)
