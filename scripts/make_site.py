"""Build the documentation site: ``python -m scripts.make_site``, as `make docs` does.

The pages of ``docs`` are written for readers of the repository, and stay as they are. Here they are laid
out once more for Sphinx: with the pages at the top of the repository and those of the Python interface, with
whole links where they lead out of ``docs``, and in the order of reading. A warning is an error, so every
page, picture and anchor that is linked exists.
"""

from __future__ import annotations

import argparse
import posixpath
import re
import shutil
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import Final

from shared_core.lazy_names import homes_in
from shared_core.weights.registry import list_models

ROOT: Final = Path(__file__).resolve().parents[1]
DOCS: Final = ROOT / "docs"
REPOSITORY: Final = "https://github.com/OpenBAC/OpenBAC"
ADDED: Final = {
    "CHANGELOG.md": "changelog.md",
    "CODE_OF_CONDUCT.md": "code-of-conduct.md",
    "CONTRIBUTING.md": "contributing.md",
    "SECURITY.md": "reporting.md",
    "docs/README.md": "index.md",
    "slicer_bac_extension/README.md": "slicer-extension.md",
}
"""What is called otherwise on the site."""
ORDER: Final = {
    "index.md": (
        "start.md",
        "guides/README.md",
        "reference.md",
        "methods.md",
        "validation.md",
        "contributing.md",
    ),
    "start.md": ("limits.md", "troubleshooting.md"),
    "guides/README.md": (
        *("guides/exam.md", "guides/files.md", "guides/cohort.md"),
        *("cohort-page.md", "cluster.md", "public-datasets.md", "guides/models.md"),
        *("guides/mass.md", "guides/change.md", "guides/compare.md", "guides/archive.md"),
        *("napari.md", "slicer.md", "slicer-extension.md"),
        *("guides/own-model.md", "training.md", "networks.md", "evaluation.md", "simulation.md"),
    ),
    "reference.md": (
        *("command-line.md", "python.md", "api/index.md", "results.md", "json-schema.md", "notices.md"),
        *("dicom.md", "dicom-conformance.md", "security.md"),
    ),
    "guides/models.md": ("data-statement.md", *(f"models/{card.name}.md" for card in list_models())),
    "methods.md": ("statistics.md", "performance.md"),
    "validation.md": (
        *(
            "validation_leave_one_out.md",
            "validation_networks.md",
            "validation_real_bac.md",
            "validation_site.md",
        ),
        *("validation_methods.md", "validation_simulation.md", "validation_realism.md"),
        *("validation_change.md", "validation_mass.md", "validation_quality.md"),
    ),
    "contributing.md": (
        *("architecture.md", "decisions/README.md", "changelog.md", "deprecation.md"),
        *("reporting.md", "code-of-conduct.md"),
    ),
}
"""Page to the pages below it, in the order of reading; the decisions and the interface are added below."""
SHORT: Final = {
    "start.md": "Start",
    "contributing.md": "Developers",
    "security.md": "Security",
    "slicer-extension.md": "The extension for Slicer",
    "validation_real_bac.md": "Real arteries",
    "validation_methods.md": "The papers' ways of learning",
    "validation_leave_one_out.md": "Leave-one-out",
}
"""Names in the navigation, where the title of a page is too long for one."""
INTERFACE: Final = {
    "mammogram": "Images and exams",
    "reading": "Reading",
    "preprocessing": "Preparing",
    "weights": "Models",
    "inference": "Running a model",
    "quantification": "Measuring",
    "pipeline": "From image to numbers",
    "pictures": "Pictures",
    "exporting": "Writing files",
    "cohort": "Results in folders",
    "simulation": "Sample images",
    "errors": "Errors",
}
"""Package to title of its page, from the first step to the last."""
SHOWN: Final = (".md", ".jpg", ".png", ".svg", ".json")
"""Endings of the files of ``docs`` that are on the site."""
OF_A_BUILD: Final = (".buildinfo", "output.json")
"""Of a site, and of links that were followed."""
_LINK: Final = re.compile(r"(?P<before>\]\()(?P<target>[^)\s]+)(?P<after>\))")


def with_site_links(text: str, source: str, page: str) -> str:
    """A text with its links as they are on the site.

    Parameters
    ----------
    text
        Markdown.
    source
        The file that it stands in, from the top of the repository.
    page
        The page that it becomes, from the top of the site.
    """

    def whole(link: re.Match[str]) -> str:
        target = link["target"]
        if "://" in target or target.startswith("#"):
            return link[0]
        path, mark, anchor = target.partition("#")
        place = posixpath.normpath(posixpath.join(posixpath.dirname(source), path))
        where = ADDED.get(place)
        if where is None and place.startswith("docs/") and place.endswith(SHOWN):
            where = place[len("docs/") :]
        if where is None:
            kind = "tree" if (ROOT / place).is_dir() else "blob"
            return f"{link['before']}{REPOSITORY}/{kind}/main/{place}{mark}{anchor}{link['after']}"
        there = posixpath.relpath(where, posixpath.dirname(page) or ".")
        return f"{link['before']}{there}{mark}{anchor}{link['after']}"

    return _LINK.sub(whole, text)


def interface_pages() -> dict[str, str]:
    """Address and text of the pages about what ``shared_core`` offers.

    Raises
    ------
    ValueError
        A name lies in a package that has no page.
    """
    by_package: dict[str, list[str]] = defaultdict(list)
    homes = homes_in(str(ROOT / "shared_core" / "__init__.py"))
    for name, home in homes.items():
        by_package[home.split(".")[1]].append(name)
    unplaced = set(by_package) - set(INTERFACE)
    if unplaced:
        raise ValueError(
            f"scripts/make_site.py has no page for {', '.join(sorted(unplaced))}: add it to INTERFACE"
        )
    pages = {}
    rows = ["| | |", "|---|---|"]
    for package, title in INTERFACE.items():
        names = sorted(by_package[package], key=str.lower)
        pages[f"api/{package}.md"] = f"# {title}\n\n" + "\n".join(
            _documented(one, homes[one]) for one in names
        )
        listed = ", ".join(f"{{py:obj}}`{name} <{homes[name]}.{name}>`" for name in names)
        rows.append(f"| [{title}]({package}.md) | {listed} |")
    pages["api/index.md"] = (
        "# Python API\n\nAll names are imported from `shared_core`: `from shared_core import analyze_view`. "
        "How they work together is on the page [Python](../python.md).\n\n" + "\n".join(rows) + "\n"
    )
    return pages


def _documented(name: str, home: str) -> str:
    """Sphinx's words for what a name is, taken from its docstring."""
    kind = "class" if name[0].isupper() else "function"
    if name.endswith("Error") or name == "Cancelled":
        kind = "exception"
    return f"```{{eval-rst}}\n.. auto{kind}:: {home}.{name}\n```\n"


def lay_out(folder: Path) -> None:
    """Write all pages, pictures and schemas of the site into an empty folder."""
    pages = {**ADDED, **{f"docs/{one}": one for one in _files_of_docs(".md") if f"docs/{one}" not in ADDED}}
    texts = {
        page: with_site_links((ROOT / source).read_text("utf-8"), source, page)
        for source, page in pages.items()
    }
    texts |= interface_pages()
    decisions = tuple(sorted(page for page in texts if re.match(r"decisions/\d", page)))
    below = {
        **ORDER,
        "decisions/README.md": decisions,
        "api/index.md": tuple(f"api/{one}.md" for one in INTERFACE),
    }
    for page, text in texts.items():
        place = folder / page
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text.rstrip() + "\n" + _order(page, below.get(page, ())), "utf-8")
    for ending in SHOWN[1:]:
        for name in _files_of_docs(ending):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(DOCS / name, folder / name)


def _files_of_docs(ending: str) -> list[str]:
    found = (path.relative_to(DOCS).as_posix() for path in DOCS.rglob(f"*{ending}"))
    return sorted(name for name in found if not name.startswith("site/"))


def _order(page: str, below: tuple[str, ...]) -> str:
    """The pages below one, for the navigation."""
    if not below:
        return ""
    base = posixpath.dirname(page) or "."
    lines = []
    for one in below:
        there = posixpath.relpath(one, base)
        lines.append(f"{SHORT[one]} <{there}>" if one in SHORT else there)
    return "\n```{toctree}\n:hidden:\n:maxdepth: 2\n\n" + "\n".join(lines) + "\n```\n"


def may_be_replaced(folder: Path) -> bool:
    """Whether a folder is empty, or holds what one of the builders made."""
    return not any(folder.iterdir()) or any((folder / name).exists() for name in OF_A_BUILD)


def main() -> int:
    """Build the site; return Sphinx's exit code."""
    parser = argparse.ArgumentParser(description="Build the documentation site, with warnings as errors.")
    parser.add_argument("-o", "--output", type=Path, default=ROOT / "site", help="folder (default: site)")
    builders = ("html", "linkcheck")
    parser.add_argument(
        "--builder", choices=builders, default="html", help="linkcheck: follow links to the web"
    )
    args = parser.parse_args()
    output: Path = args.output
    if output.exists():
        if not may_be_replaced(output):
            parser.error(f"{output} holds something else than a site; choose another folder")
        shutil.rmtree(output)
    with tempfile.TemporaryDirectory() as folder:
        pages, trees = Path(folder, "pages"), Path(folder, "trees")
        pages.mkdir()
        lay_out(pages)
        command = [sys.executable, "-m", "sphinx", "--builder", args.builder, "--fail-on-warning", "--quiet"]
        command += ["--conf-dir", str(DOCS / "site"), "--doctree-dir", str(trees), str(pages), str(output)]
        return subprocess.run(command, cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
