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


def test_the_development_container_installs_what_the_tests_ask_the_system_for() -> None:
    rule = re.search(r"^\$\(VENV\)/\.test: (.+)$", _text("Makefile"), re.MULTILINE)
    assert rule is not None
    asked = re.findall(r"scripts/[\w-]+\.sh", rule[1])
    assert asked
    assert [script for script in asked if script not in _text(".devcontainer/Dockerfile")] == []


def test_a_commit_writes_the_reference_anew_where_anything_it_is_made_of_changed() -> None:
    made_of = re.findall(r"^from shared_core\.(\w+)", _text("scripts/make_reference.py"), re.MULTILINE)
    hook = re.search(
        r"id: reference\n(?: +.+\n)*? +files: (.+)$", _text(".pre-commit-config.yaml"), re.MULTILINE
    )
    assert hook is not None
    assert {name for name in made_of if not re.match(hook[1], f"shared_core/{name}/module.py")} == set()


def test_workflows_take_the_build_of_torch_that_is_pinned_in_ci() -> None:
    assert "CPU build" in _text("constraints/cpu.txt")
    assert "PIP_EXTRA_INDEX_URL: https://download.pytorch.org/whl/cpu\n" in _text(
        ".github/workflows/tests.yml"
    )


def _text(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")
