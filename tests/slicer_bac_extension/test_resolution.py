"""The requirements can be installed into each supported release of Slicer, on each computer it runs on.

pip resolves them against the package index, beside the packages that the release brings along, and installs
nothing. Without a connection this is skipped, and says so.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from BACSegmentationLib import engine
from BACSegmentationLib.parameters import REQUIREMENTS
from BACSegmentationLib.pip_causes import cause_of
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.slicer_bac_extension.conftest import ROOT
from tests.slicer_bac_extension.slicer_releases import COMPUTERS, PINS, PYTHON, Computer

SUPPORTED = tuple(release for release in PINS if release >= engine.OLDEST_SLICER)
TOO_OLD = tuple(release for release in PINS if release < engine.OLDEST_SLICER)
NO_CONNECTION = "no connection"


@dataclass(frozen=True)
class Resolution:
    """What pip answered."""

    packages: Mapping[str, str]
    output: str


def lines_for(computer: Computer) -> list[str]:
    """The requirements of a computer, without their markers: pip reads those of the one that it runs on."""
    text = (line.partition("#")[0].strip() for line in REQUIREMENTS.read_text(encoding="utf-8").splitlines())
    wanted = [Requirement(line) for line in text if line]
    chosen = [one for one in wanted if one.marker is None or one.marker.evaluate(computer.environment)]
    return [f"{one.name}{one.specifier}" for one in chosen]


def resolved(release: tuple[int, int], computer: Computer) -> Resolution:
    """What pip would install."""
    pins = tuple(sorted(PINS[release].items()))
    if pins == tuple(sorted(PINS[SUPPORTED[0]].items())):
        return _supported()[computer.name]
    return _resolved(pins, computer)


@cache
def _supported() -> dict[str, Resolution]:
    """All computers at a time, as pip waits for the network."""
    pins = tuple(sorted(PINS[SUPPORTED[0]].items()))
    with ThreadPoolExecutor(len(COMPUTERS)) as pool:
        answers = list(pool.map(lambda computer: _resolved(pins, computer), COMPUTERS))
    return {computer.name: answer for computer, answer in zip(COMPUTERS, answers, strict=True)}


def _resolved(pins: tuple[tuple[str, str], ...], computer: Computer) -> Resolution:
    answer = _pip(pins, computer, lines_for(computer))
    more = _left_out(answer, computer)
    return _pip(pins, computer, [*lines_for(computer), *more]) if more else answer


def _pip(pins: tuple[tuple[str, str], ...], computer: Computer, lines: list[str]) -> Resolution:
    with TemporaryDirectory() as folder:
        constraints, report = Path(folder) / "pins.txt", Path(folder) / "report.json"
        constraints.write_text("".join(f"{name}=={version}\n" for name, version in pins))
        command = [sys.executable, "-m", "pip", "install", "--dry-run", "--ignore-installed"]
        command += ["--target", folder, "--only-binary", ":all:", "--implementation", "cp"]
        command += ["--python-version", PYTHON, "--retries", "1", "--timeout", "30"]
        command += [part for abi in ("cp312", "abi3", "none") for part in ("--abi", abi)]
        command += [part for tag in computer.tags for part in ("--platform", tag)]
        command += ["--constraint", str(constraints), "--report", str(report), *lines]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            return Resolution({}, done.stdout + done.stderr)
        items = [item["metadata"] for item in json.loads(report.read_text())["install"]]
    needed = {item["name"]: "\n".join(item.get("requires_dist") or ()) for item in items}
    return Resolution(needed, "")


def _left_out(answer: Resolution, computer: Computer) -> list[str]:
    """What the packages need on that computer, and not on this one, whose markers pip went by."""
    there = {canonicalize_name(name) for name in answer.packages}
    needs = [Requirement(line) for text in answer.packages.values() for line in text.splitlines()]
    return [
        f"{one.name}{one.specifier}"
        for one in needs
        if one.marker is not None
        and one.marker.evaluate(computer.environment)
        and canonicalize_name(one.name) not in there
    ]


@pytest.mark.parametrize("release", SUPPORTED, ids=str)
@pytest.mark.parametrize("computer", COMPUTERS, ids=lambda computer: computer.name)
def test_requirements_resolve(release: tuple[int, int], computer: Computer) -> None:
    answer = resolved(release, computer)
    if "connection" in cause_of(answer.output):
        pytest.skip(f"not resolved for Slicer {release} on {computer.name}: {NO_CONNECTION} to PyPI")
    assert answer.packages, answer.output
    assert "opencv-python-headless" in answer.packages


@pytest.mark.parametrize("release", TOO_OLD, ids=str)
def test_an_older_release_is_refused_because_it_does_not_resolve(release: tuple[int, int]) -> None:
    answer = resolved(release, COMPUTERS[0])
    if "connection" in cause_of(answer.output):
        pytest.skip(f"not tried for Slicer {release}: {NO_CONNECTION} to PyPI")
    assert not answer.packages
    assert "the packages contradict those that Slicer has (pydicom==2.4.4)" in cause_of(answer.output)


def test_there_is_a_release_on_both_sides_of_the_oldest() -> None:
    assert engine.OLDEST_SLICER in PINS
    assert SUPPORTED
    assert TOO_OLD


@pytest.mark.parametrize("page", ["docs/slicer.md", "docs/start.md", "slicer_bac_extension/README.md"])
def test_pages_name_the_oldest_release_that_the_module_accepts(page: str) -> None:
    assert oldest_in(page) == {engine.oldest_slicer()}


def test_no_other_page_names_another_one() -> None:
    pages = [path.relative_to(ROOT).as_posix() for path in (*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"))]
    assert "docs/slicer.md" in pages
    assert {page: oldest_in(page) for page in pages if oldest_in(page) - {engine.oldest_slicer()}} == {}


def oldest_in(page: str) -> set[str]:
    """Releases of Slicer that a page says are needed."""
    text = (ROOT / page).read_text(encoding="utf-8")
    return set(re.findall(r"Slicer\S* (\d+\.\d+) (?:or|and) newer", text))
