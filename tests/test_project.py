"""The files around the code say the same as the code."""

from __future__ import annotations

import re
from pathlib import Path

from shared_core.version import SOFTWARE_VERSION

ROOT = Path(__file__).resolve().parents[1]


def test_citation_and_changelog_name_the_version() -> None:
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert re.search(rf"^version: {re.escape(SOFTWARE_VERSION)}$", citation, re.MULTILINE)
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"\n## {SOFTWARE_VERSION}" in changelog


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
