"""What a person who installs OpenBAC gets: wheel and sdist are built, and looked into."""

from __future__ import annotations

import email
import hashlib
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable
from email.message import Message
from pathlib import Path

import pytest

from shared_core.weights.location import BUNDLED_WEIGHTS
from shared_core.weights.registry import load_card

ROOT = Path(__file__).resolve().parents[1]
MOST_BYTES = 3_000_000
"""Of the weights that come with the package, together."""
REPOSITORY = "https://github.com/OpenBAC/OpenBAC"
BESIDE = ("LICENSE", "data_statement.md", "log.csv", "recipe.toml")
Read = Callable[[str], bytes]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that holds both; made from a copy, as building leaves files behind."""
    pytest.importorskip("setuptools", minversion="77", reason="setuptools 77 or later is not installed")
    source = tmp_path_factory.mktemp("source")
    for name in ("pyproject.toml", "setup.py", "README.md", "LICENSE"):
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
        for pattern in (
            *("*.py", "*.json", "*.toml", "*.yaml", "*.safetensors", "*.md", "*.csv", "py.typed"),
            *("*.html", "*.css", "*.js"),
        )
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
        # The published weights came from elsewhere: nothing is there of what made them.
        beside = {"LICENSE"} if card.url else BESIDE
        assert {f"{folder}/{name}" for name in beside} <= names
        total += len(weights)
    assert 0 < total <= MOST_BYTES


def test_each_bundled_model_has_the_licence_that_its_card_names(package: tuple[set[str], Read]) -> None:
    _, read = package
    for folder in (path for path in BUNDLED_WEIGHTS.iterdir() if path.is_dir()):
        card = load_card(folder.name)
        text = read(f"shared_core/weights/bundled/{folder.name}/LICENSE").decode("utf-8")
        assert text.startswith("MIT License\n")
        assert card.licence.startswith("MIT")
        assert [holder in text for holder in re.findall(r"Copyright \(c\) \d+ .+", card.licence)] == [True]


def test_both_packages_tell_checkers_that_they_have_types(package: tuple[set[str], Read]) -> None:
    names, _ = package
    assert {"napari_bac/py.typed", "shared_core/py.typed"} <= names


@pytest.fixture(scope="module")
def metadata(built: Path) -> Message:
    """What package indexes show."""
    (path,) = built.glob("*.whl")
    with zipfile.ZipFile(path) as wheel:
        (name,) = (name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
        return email.message_from_string(wheel.read(name).decode("utf-8"))


def description(metadata: Message) -> str:
    text = metadata.get_payload()
    assert isinstance(text, str)
    return text


def test_the_description_is_the_readme_for_readers_elsewhere(metadata: Message) -> None:
    assert metadata["Description-Content-Type"] == "text/markdown"
    text = description(metadata)
    assert text.startswith("# OpenBAC\n")
    readme = (ROOT / "README.md").read_text("utf-8")
    # Nothing but its links is another.
    words = re.compile(r"\]\([^)]*\)")
    assert words.sub("]", text).strip() == words.sub("]", readme).strip()


def test_every_picture_and_page_of_the_description_has_a_whole_address_of_a_file_that_is_there(
    metadata: Message,
) -> None:
    links = re.findall(r"(!?)\[[^\]]*\]\(([^)\s]+)\)", description(metadata))
    assert [target for _, target in links if not target.startswith(("https://", "#"))] == []
    pages = f"{REPOSITORY}/blob/main/"
    pictures = f"{REPOSITORY.replace('github.com', 'raw.githubusercontent.com')}/main/"
    for picture, target in links:
        if target.startswith((pages, pictures)):
            place = target.removeprefix(pages).removeprefix(pictures).partition("#")[0]
            assert (ROOT / place).exists(), target
            assert bool(picture) == target.startswith(pictures)
    assert sum(bool(picture) for picture, _ in links) >= 1


def test_links_of_the_project_lead_to_its_repository(metadata: Message) -> None:
    urls = dict(line.split(", ") for line in metadata.get_all("Project-URL") or [])
    assert {"Homepage", "Documentation", "Source", "Issues", "Changelog"} <= set(urls)
    cmake = (ROOT / "CMakeLists.txt").read_text("utf-8")
    assert urls["Homepage"] in cmake
    for url in urls.values():
        assert url.startswith(urls["Homepage"])
        _, found, page = url.partition("/blob/main/")
        assert not found or (ROOT / page).is_file()


def test_licences_of_all_models_are_named_where_indexes_look(metadata: Message) -> None:
    named = set(metadata.get_all("License-File") or [])
    folders = (path.name for path in BUNDLED_WEIGHTS.iterdir() if path.is_dir())
    assert named == {"LICENSE", *(f"shared_core/weights/bundled/{name}/LICENSE" for name in folders)}


def test_the_hub_of_napari_finds_what_it_lists(metadata: Message, built: Path) -> None:
    """It takes all from the package index and the manifest; nothing is handed in."""
    assert metadata["Name"] == "openbac"
    assert metadata["Summary"]
    assert metadata["License-Expression"] == "BSD-3-Clause"
    assert metadata.get_all("Author")
    assert "Framework :: napari" in (metadata.get_all("Classifier") or [])
    (path,) = built.glob("*.whl")
    with zipfile.ZipFile(path) as wheel:
        (name,) = (name for name in wheel.namelist() if name.endswith(".dist-info/entry_points.txt"))
        assert "[napari.manifest]\nopenbac = napari_bac:napari.yaml\n" in wheel.read(name).decode("utf-8")
        manifest = wheel.read("napari_bac/napari.yaml").decode("utf-8")
    assert "\nname: openbac\n" in f"\n{manifest}"
    assert "\nvisibility: public\n" in manifest


def test_classifiers_are_what_is_so(metadata: Message) -> None:
    classifiers = metadata.get_all("Classifier") or []
    assert {"Framework :: napari", "Typing :: Typed"} <= set(classifiers)
    versions = {one.rpartition(" ")[2] for one in classifiers if re.search(r"Python :: 3\.\d+$", one)}
    # `make test` takes one of these.
    setup = (ROOT / "scripts" / "setup.sh").read_text("utf-8")
    assert versions == set(re.findall(r"python(3\.\d+)", setup))
    oldest = min(versions, key=lambda version: int(version.partition(".")[2]))
    assert metadata["Requires-Python"] == f">={oldest}"
