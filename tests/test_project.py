"""The files around the code say the same as the code."""

from __future__ import annotations

import re
from pathlib import Path

from scripts.release_notes import notes_of
from shared_core.version import SOFTWARE_VERSION

ROOT = Path(__file__).resolve().parents[1]


def test_citation_and_changelog_name_the_version() -> None:
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert re.search(rf"^version: {re.escape(SOFTWARE_VERSION)}$", citation, re.MULTILINE)
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    first, newest = re.findall(r"^## (.+)$", changelog, re.MULTILINE)[:2]
    assert first == "Unreleased"
    day = re.search(r"^date-released: (.+)$", citation, re.MULTILINE)
    assert day is not None
    assert newest == f"{SOFTWARE_VERSION} ({day[1]})"


def test_the_changelog_has_the_notes_of_the_version_in_the_usual_groups() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    notes = notes_of(f"v{SOFTWARE_VERSION}", version=SOFTWARE_VERSION, changelog=changelog)
    groups = re.findall(r"^### (.+)$", notes, re.MULTILINE)
    assert groups == [group for group in ("Added", "Changed", "Fixed", "Removed") if group in groups]
    assert groups
    # They are shown on a page of releases, from which relative links lead nowhere.
    assert [link for link in re.findall(r"\]\(([^)]+)\)", notes) if "://" not in link] == []


def test_files_that_the_readme_points_to_are_there() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    targets = [link for link in re.findall(r"\]\(([^)#]+)\)", text) if "://" not in link]
    assert targets
    missing = [link for link in targets if not (ROOT / link).exists()]
    assert not missing


def test_the_oldest_versions_are_those_that_the_package_asks_for() -> None:
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    block = re.search(r"^dependencies = \[(.*?)^\]", project, re.MULTILINE | re.DOTALL)
    assert block is not None
    asked = re.findall(r'"([\w.-]+)>=([\d.]+)"', block[1])
    oldest = (ROOT / "constraints" / "oldest.txt").read_text(encoding="utf-8")
    assert re.findall(r"^([\w.-]+)==([\d.]+)\.\*$", oldest, re.MULTILINE) == asked


def test_the_versions_of_python_that_the_package_names_are_those_that_the_workflow_tests() -> None:
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    workflow = (ROOT / ".github" / "workflows" / "tests.yml").read_text(encoding="utf-8")
    engine = workflow[workflow.index("\n  engine:") : workflow.index("\n  oldest:")]
    tested = re.search(r"^ +python: \[(.+)\]$", engine, re.MULTILINE)
    assert tested is not None
    named = re.findall(r'"Programming Language :: Python :: (3\.\d+)"', project)
    assert named == re.findall(r"3\.\d+", tested[1])
    assert re.findall(r'requires-python = ">=(.+)"', project) == named[:1]


def test_workflows_set_up_no_version_of_python_that_the_package_does_not_name() -> None:
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    named = set(re.findall(r'"Programming Language :: Python :: (3\.\d+)"', project))
    for workflow in sorted((ROOT / ".github" / "workflows").glob("*.yml")):
        used = re.findall(r'python(?:-version)?: "(3\.\d+)"', workflow.read_text(encoding="utf-8"))
        assert used, workflow.name
        assert set(used) <= named, workflow.name
