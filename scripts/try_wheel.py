"""Install the wheel into an environment that holds nothing else, and use it.

``python scripts/try_wheel.py dist`` runs in a folder outside of the repository, so that no file of it can
help, and needs nothing but Python. With ``--napari`` napari is there as well, and opens the sample of the
plugin, without a window. With ``--sbom FILE`` it writes what that environment holds as a bill of materials
(CycloneDX), which needs `cyclonedx-bom`.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

SAMPLE = """
from npe2 import PluginManager

manager = PluginManager.instance()
manager.discover()
found = [one for plugin, samples in manager.iter_sample_data() if plugin == "openbac" for one in samples]
(exam,) = (one for one in found if one.key == "exam")
print(*(layer[2] for layer in exam.open()))
"""
"""Opens the exam of four views as napari does, from the manifest that is installed."""


def main() -> None:
    """Try the one wheel of a folder; the error of a command that fails is raised."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("dist", type=Path, help="folder of the wheel")
    parser.add_argument("--sbom", type=Path, metavar="FILE", help="the bill of materials")
    parser.add_argument("--napari", action="store_true", help="with napari and its sample")
    args = parser.parse_args()
    (wheel,) = args.dist.resolve().glob("*.whl")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        venv.create(folder / "venv", with_pip=True)
        extra = "napari-all" if args.napari else "light"
        programs = folder / "venv" / ("Scripts" if os.name == "nt" else "bin")
        _run(folder, programs / "python", "-m", "pip", "install", "--quiet", f"{wheel}[{extra}]")
        bac = programs / "bac"
        print(_run(folder, bac, "--version").strip())
        _run(folder, bac, "models", "verify")
        _run(folder, bac, "simulate", "cohort", "--vessels", "2", "--mass-mg", "40")
        _run(folder, bac, "analyze", "cohort/images", "-o", "results", "--workers", "1", "--quiet")
        _run(folder, bac, "table", "results", "-o", "study.csv")
        _looked_at(folder)
        _run(folder, bac, "demo", "-o", "demo")
        if args.napari and _run(folder, programs / "python", "-c", SAMPLE).split() != ["image"] * 4:
            sys.exit("The sample of the plugin has not four views.")
        if args.sbom is not None:
            made = ("--output-reproducible", "--output-file", args.sbom.resolve())
            _run(folder, sys.executable, "-m", "cyclonedx_py", "environment", *made, programs / "python")
    print(f"{wheel.name} works")


def _run(folder: Path, *command: str | Path) -> str:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    environment |= {"PYTHONUTF8": "1", "OPENBAC_CACHE": str(folder / "cache")}
    answer = subprocess.run(
        [str(word) for word in command],
        cwd=folder,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    if answer.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}\n{answer.stdout}{answer.stderr}")
    return answer.stdout


def _looked_at(folder: Path) -> None:
    """The calcium of the simulated view was found, and files of every kind are there."""
    with (folder / "results" / "views.csv").open(encoding="utf-8", newline="") as file:
        (row,) = csv.DictReader(file)
    run = json.loads((folder / "results" / "run.json").read_text("utf-8"))
    kinds = {path.suffix for path in (folder / "results").rglob("*")}
    found = float(row["bac_area_mm2"]) > 10 and run["model"]["sha256"]
    if not found or not {".json", ".csv", ".png"} <= kinds:
        sys.exit(f"The results are not what they should be: {row}")
    if not (folder / "study_dictionary.csv").is_file():
        sys.exit("The data dictionary was not written.")


if __name__ == "__main__":
    main()
