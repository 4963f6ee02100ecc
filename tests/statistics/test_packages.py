"""Without the extra, the way to a measurement works, and what needs it says so."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np

_WITHOUT = (
    "import sys\n"
    "sys.modules |= dict.fromkeys(('sklearn', 'matplotlib', 'pandas', 'statsmodels', 'pingouin'))\n"
    "from shared_core.cli.main import main\n"
    "sys.exit(main(sys.argv[1:]))"
)


def _bac_without_the_extra(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", _WITHOUT, *arguments], capture_output=True, text=True, check=False
    )


def test_comparing_two_masks_does_not_need_the_extra(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "m.png"), np.eye(80, dtype=np.uint8))
    answer = _bac_without_the_extra("compare", str(tmp_path / "m.png"), str(tmp_path / "m.png"))
    assert (answer.returncode, "Traceback" in answer.stderr) == (0, False)


def test_other_commands_do_not_need_the_extra() -> None:
    answer = _bac_without_the_extra("models", "list")
    assert (answer.returncode, answer.stderr) == (0, "")
