"""The site has every page, its links are whole, and the picture of the packages is that of the code."""

from __future__ import annotations

import posixpath
import re
from pathlib import Path

import pytest

import shared_core
from scripts.draw_architecture import PICTURE, drawn
from scripts.make_site import interface_pages, lay_out, may_be_replaced, with_site_links
from scripts.release_notes import notes_of

REPOSITORY = "https://github.com/OpenBAC/OpenBAC"


@pytest.mark.parametrize(
    ("target", "source", "page", "expected"),
    [
        ("results.md#files", "docs/python.md", "python.md", "results.md#files"),
        ("../results.md", "docs/guides/exam.md", "guides/exam.md", "../results.md"),
        ("../CHANGELOG.md", "docs/deprecation.md", "deprecation.md", "changelog.md"),
        ("docs/methods.md#vessels", "CHANGELOG.md", "changelog.md", "methods.md#vessels"),
        ("../docs/slicer/slice.jpg", "slicer_bac_extension/README.md", "x.md", "slicer/slice.jpg"),
        ("../examples", "docs/README.md", "index.md", f"{REPOSITORY}/tree/main/examples"),
        ("LICENSE", "README.md", "x.md", f"{REPOSITORY}/blob/main/LICENSE"),
        ("https://napari.org", "docs/napari.md", "napari.md", "https://napari.org"),
        ("#files", "docs/results.md", "results.md", "#files"),
    ],
)
def test_links_lead_to_pages_of_the_site_or_to_the_repository(
    target: str, source: str, page: str, expected: str
) -> None:
    assert with_site_links(f"a [b]({target}) c", source, page) == f"a [b]({expected}) c"


def test_every_page_is_in_the_order_of_reading_once(tmp_path: Path) -> None:
    lay_out(tmp_path)
    below: list[str] = []
    pages = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.md")}
    for page in pages:
        text = (tmp_path / page).read_text("utf-8")
        for tree in re.findall(r"```\{toctree\}\n(.*?)\n```", text, re.DOTALL):
            names = [line.split("<")[-1].rstrip(">") for line in tree.split("\n\n", 1)[1].splitlines()]
            below += [posixpath.normpath(posixpath.join(posixpath.dirname(page), name)) for name in names]
    assert sorted(below) == sorted(pages - {"index.md"})


def test_a_folder_is_replaced_where_an_earlier_build_is_in_it_and_nothing_else(tmp_path: Path) -> None:
    assert may_be_replaced(tmp_path)
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    assert not may_be_replaced(tmp_path)
    for name in (".buildinfo", "output.json"):
        (tmp_path / name).write_text("", encoding="utf-8")
        assert may_be_replaced(tmp_path)
        (tmp_path / name).unlink()


def test_every_public_name_has_its_entry() -> None:
    text = "\n".join(interface_pages().values())
    documented = re.findall(r"\.\. auto(?:class|function|exception):: [\w.]+\.(\w+)$", text, re.MULTILINE)
    assert sorted(documented) == sorted(set(shared_core.__all__) - {"__version__"})


def test_picture_of_the_packages_is_up_to_date() -> None:
    assert drawn() == PICTURE.read_text("utf-8"), "run python -m scripts.draw_architecture"


def test_notes_of_a_release_are_the_dated_section_of_its_version() -> None:
    sections = (
        "# Changelog",
        "## 0.3.0 (unreleased)",
        "- next",
        "## 0.2.0 (2026-12-01)",
        "- this",
        "## 0.1.0",
    )
    changelog = "\n\n".join(sections)
    assert notes_of("v0.2.0", version="0.2.0", changelog=changelog) == "- this\n"
    with pytest.raises(ValueError, match="the code is of version"):
        notes_of("v0.2.0", version="0.3.0", changelog=changelog)
    with pytest.raises(ValueError, match=r"has no section '## 0\.3\.0"):
        notes_of("v0.3.0", version="0.3.0", changelog=changelog)
