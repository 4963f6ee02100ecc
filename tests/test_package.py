"""What a person who installs OpenBAC gets: wheel and sdist are built, and looked into."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from shared_core.weights.location import BUNDLED_WEIGHTS
from shared_core.weights.registry import load_card

ROOT = Path(__file__).resolve().parents[1]
MOST_BYTES = 3_000_000
"""Of the weights that come with the package, together."""
BESIDE = ("data_statement.md", "log.csv", "recipe.toml")
Read = Callable[[str], bytes]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that holds both; made from a copy, as building leaves files behind."""
    pytest.importorskip("setuptools", minversion="77", reason="setuptools 77 or later is not installed")
    source = tmp_path_factory.mktemp("source")
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    ignored = shutil.ignore_patterns("__pycache__", "*.egg-info")
    for package in ("napari_bac", "shared_core"):
        shutil.copytree(ROOT / package, source / package, ignore=ignored)
    output = tmp_path_factory.mktemp("dist")
    code = (
        "import sys\nfrom setuptools import build_meta\nfolder = sys.argv[1]\n"
        "build_meta.build_wheel(folder)\nbuild_meta.build_sdist(folder)"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code, str(output)], cwd=source, capture_output=True, text=True, check=False
    )
    assert answer.returncode == 0, answer.stderr
    return output


@pytest.fixture(scope="module", params=["wheel", "sdist"])
def package(request: pytest.FixtureRequest, built: Path) -> tuple[set[str], Read]:
    """Names below the top folder, and what reads one of them."""
    if request.param == "wheel":
        (path,) = built.glob("*.whl")
        wheel = zipfile.ZipFile(path)
        return set(wheel.namelist()), wheel.read
    (path,) = built.glob("*.tar.gz")
    archive = tarfile.open(path)  # noqa: SIM115  (read from until the tests of this module are done)
    top = path.name.removesuffix(".tar.gz") + "/"

    def read(name: str) -> bytes:
        member = archive.extractfile(top + name)
        assert member is not None
        return member.read()

    return {name.removeprefix(top) for name in archive.getnames()}, read


def test_every_file_of_the_tree_that_is_read_at_run_time_is_packaged(package: tuple[set[str], Read]) -> None:
    names, _ = package
    wanted = {
        path.relative_to(ROOT).as_posix()
        for folder in ("napari_bac", "shared_core")
        for pattern in ("*.py", "*.json", "*.toml", "*.yaml", "*.safetensors", "*.md", "*.csv", "py.typed")
        for path in (ROOT / folder).rglob(pattern)
    }
    assert wanted - names == set()


def test_bundled_weights_are_those_of_the_card_with_what_made_them(package: tuple[set[str], Read]) -> None:
    names, read = package
    models = sorted(path.name for path in BUNDLED_WEIGHTS.iterdir() if path.is_dir())
    total = 0
    for model in models:
        card = load_card(model)
        folder = f"shared_core/weights/bundled/{model}"
        weights = read(f"{folder}/{card.weights_file}")
        assert hashlib.sha256(weights).hexdigest() == card.sha256
        # The published weights came from elsewhere: their licence stands for what made them.
        beside = {"LICENSE"} if card.url else BESIDE
        assert {f"{folder}/{name}" for name in beside} <= names
        total += len(weights)
    assert 0 < total <= MOST_BYTES
