"""The documentation says what is so: its code runs, its options, columns, keys and messages exist."""

from __future__ import annotations

import argparse
import ast
import importlib
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from enum import Enum
from pathlib import Path

import cv2
import numpy as np
import pytest

from scripts.make_reference import TABLES, model_files, schema_files, with_tables
from shared_core import (
    MeasurementSettings,
    ProbabilityMap,
    errors,
    load_card,
    mammogram_from_array,
    measure_view,
    prepare,
)
from shared_core.cli.exit_codes import FAILED, INTERRUPTED, OK, USAGE
from shared_core.cli.main import make_parser
from shared_core.inference.backends.interface import BackendInfo
from shared_core.mammogram import Exam, Laterality, SpacingSource, View, ViewModifier
from shared_core.notices.of_results import MASK_EMPTY
from shared_core.preprocessing import display_fit
from shared_core.provenance import provenance_of
from shared_core.quantification.exam import measure_exam
from shared_core.quantities.registry import QUANTITIES
from shared_core.reading import content
from shared_core.reading.kinds import READ_FORMATS
from shared_core.records.canonical_json import json_bytes
from shared_core.records.cells import LIST_SEPARATOR
from shared_core.records.record_types import ResultsDocument
from shared_core.records.run_record import run_record
from shared_core.records.tables import FAILURE_COLUMNS, exam_columns, view_columns
from shared_core.records.view_and_exam import exam_record, view_record
from shared_core.weights.registry import list_models

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
MADE = ("docs/validation", "docs/performance.md")
"""By the studies, which write whole pages."""
PAGES = sorted(
    path.relative_to(ROOT).as_posix()
    for path in (*DOCS.rglob("*.md"), *ROOT.glob("*.md"), ROOT / "slicer_bac_extension" / "README.md")
)
WRITTEN = [page for page in PAGES if not page.startswith(MADE)]
"""By hand, or between marks by `scripts/make_reference.py`."""
OF_COMMANDS = [page for page in WRITTEN if "\nbac " in (ROOT / page).read_text("utf-8")]


def _text(document: str) -> str:
    return (ROOT / document).read_text(encoding="utf-8")


def _blocks(document: str, language: str) -> Iterator[tuple[int, str]]:
    """(line of its first line, code) of the fenced blocks, those inside lists as well."""
    text = _text(document)
    for match in re.finditer(rf"^( *)```{language}\n(.*?)^\1```$", text, re.MULTILINE | re.DOTALL):
        yield text[: match.start(2)].count("\n") + 1, match[2]


def _commands(document: str) -> list[str]:
    """Command lines of ``bac``."""
    blocks = (re.sub(r"\\\n *", "", code) for _, code in _blocks(document, "(?:sh|console)"))
    lines = [line.strip() for code in blocks for line in code.splitlines()]
    return [line for line in lines if line.startswith("bac ")]


# Code that runs


@pytest.fixture
def reader_folder(
    tmp_path: Path,
    cbis_dicoms: Path,
    film_or_drawn: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Path:
    """A working folder as the documentation supposes it: ``LCC.dcm``, and the folder ``exam``."""
    shutil.copy(cbis_dicoms / "sfm-malign-0" / "1-280.dcm", tmp_path / "LCC.dcm")
    exam = tmp_path / "exam"
    exam.mkdir()
    shutil.copy(film_or_drawn, exam / "LCC.png")
    film = cv2.imread(str(film_or_drawn), cv2.IMREAD_GRAYSCALE)
    cv2.imwrite(str(exam / "RCC.png"), np.ascontiguousarray(film[:, ::-1]))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_python_of_the_documentation_runs_from_top_to_bottom(reader_folder: Path) -> None:
    document = "docs/python.md"
    blocks = list(_blocks(document, "python"))
    assert blocks
    names: dict[str, object] = {}
    for line, code in blocks:
        # Line numbers of the document, so that a failure points into it.
        exec(compile("\n" * (line - 1) + code, str(ROOT / document), "exec"), names)
    assert (reader_folder / "out" / "LCC_overlay.png").stat().st_size > 10_000


def _run_example(name: str, *arguments: str) -> str:
    answer = subprocess.run(
        [sys.executable, str(ROOT / "examples" / name), *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"},
        check=False,
    )
    assert answer.returncode == 0, answer.stderr
    return answer.stdout


def test_example_of_an_exam_prints_each_view_and_draws_it(reader_folder: Path) -> None:
    printed = _run_example("analyze_exam.py", "exam", "-o", "pictures")
    assert re.search(r"^LCC +\d{4,5} px", printed, re.MULTILINE)
    assert re.search(r"^RCC +\d{4,5} px", printed, re.MULTILINE)
    assert "Guo index None" in printed
    assert sorted(path.name for path in (reader_folder / "pictures").iterdir()) == [
        "LCC_overlay.png",
        "RCC_overlay.png",
    ]


@pytest.mark.usefixtures("real_mammograms")  # an artery in two parts, of which one is large
def test_example_of_an_edited_mask_measures_the_edit(reader_folder: Path) -> None:
    def numbers(printed: str) -> dict[str, tuple[int, int]]:
        found = re.findall(r"^(model|edited) *: (\d+) px in (\d+) parts", printed, re.MULTILINE)
        return {whose: (int(area), int(parts)) for whose, area, parts in found}

    first = numbers(_run_example("edit_mask_and_measure.py", "exam/LCC.png", "--smallest-part-px", "10000"))
    assert first["edited"][1] == 1
    assert first["edited"][0] < first["model"][0]
    again = numbers(
        _run_example("edit_mask_and_measure.py", "exam/LCC.png", "--mask", "edited_mask.png", "-o", "b.png")
    )
    assert again["edited"] == first["edited"]


# Commands and options


def _parsers(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    yield parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for child in action.choices.values():
                yield from _parsers(child)


def _options() -> set[str]:
    parsers = _parsers(make_parser())
    strings = {s for parser in parsers for action in parser._actions for s in action.option_strings}
    return {option for option in strings if option.startswith("--")}


def _named_options(document: str) -> set[str]:
    code = [*_commands(document), *re.findall(r"`([^`\n]+)`", _text(document))]
    of_bac = [text for text in code if not re.match(r"(pip|make|python|scripts/|(Python)?Slicer )", text)]
    return {option for text in of_bac for option in re.findall(r"(?<![\w-])--[a-z][a-z-]*", text)}


@pytest.mark.parametrize("document", OF_COMMANDS)
def test_commands_of_the_documentation_are_understood(document: str) -> None:
    for command in _commands(document):
        words = shlex.split(command, comments=True)
        words = words[: words.index(">")] if ">" in words else words
        make_parser().parse_args(words[1:])


def test_guides_have_commands() -> None:
    silent = {page for page in PAGES if page.startswith("docs/guides/") and not _commands(page)}
    assert silent == {"docs/guides/README.md"}


@pytest.mark.parametrize("document", WRITTEN)
def test_named_options_exist(document: str) -> None:
    assert _named_options(document) <= _options()


def test_every_option_of_every_command_has_a_help_text() -> None:
    silent = {
        f"{parser.prog} {' '.join(action.option_strings) or action.dest}"
        for parser in _parsers(make_parser())
        for action in parser._actions
        if not (action.help or "").strip() or action.help == argparse.SUPPRESS
    }
    assert silent == set()


def test_every_option_is_on_the_page_of_commands() -> None:
    assert _options() - _named_options("docs/command-line.md") - {"--help", "--version"} == set()


def test_the_list_of_commands_has_all_of_them() -> None:
    _, block = next(_blocks("docs/command-line.md", "sh"))
    calls = [shlex.split(line, comments=True)[1:] for line in block.splitlines()]
    leaves = {
        tuple(parser.prog.split()[1:])
        for parser in _parsers(make_parser())
        if not any(isinstance(action, argparse._SubParsersAction) for action in parser._actions)
    }
    assert len(leaves) > 20
    assert {name for name in leaves if not any(tuple(call[: len(name)]) == name for call in calls)} == set()


def test_what_may_be_left_out_is_not_called_needed() -> None:
    page = _text("docs/command-line.md")
    (row,) = re.findall(r"^\| `\[RESULT_OR_FILE \.\.\.\]` .*$", page, re.MULTILINE)
    assert not row.endswith("needed |")
    assert "| `HOST:PORT:AE_TITLE` | node that receives the objects | needed |" in page


def test_the_guide_shows_every_model_and_the_thresholds_of_their_cards() -> None:
    text = _text("docs/guides/models.md")
    names = [card.name for card in list_models()]
    listed, verified = (
        text.split(f"\nbac models {word}\n```\n\n```\n")[1].split("```")[0] for word in ("list", "verify")
    )
    assert re.findall(r"^([a-z][\w-]+)  \(", listed, re.MULTILINE) == names
    assert [line.split()[0] for line in verified.splitlines()] == names
    for name, words in (("openbac-1", "({} for `openbac-1`"), ("openbac-2", "({} on the card")):
        assert words.format(f"{load_card(name).threshold:.2f}") in text


def test_extras_are_quoted_and_those_of_the_pages_come_from_the_clone() -> None:
    said = {"shared_core": _texts_of_the_source(), **{page: _text(page) for page in WRITTEN}}
    bare = r"pip install (?:-\S+ )*[\w.]+\[\w"
    assert {place for place, text in said.items() if re.search(bare, text)} == set()
    assert [page for page in WRITTEN if "'openbac[" in _text(page) and page != "docs/command-line.md"] == []


def test_every_format_that_is_read_is_named() -> None:
    formats = re.split(r", | or ", READ_FORMATS)
    assert "JPEG 2000" in formats
    which = _text("docs/methods.md").split("### Which files")[1].split("###")[0]
    for text in (_text("README.md"), which):
        assert [name for name in formats if name not in text] == []


def test_the_budget_of_an_archive_is_that_of_the_reader() -> None:
    budget = f"{content.MOST_MEMBERS:,} files, {content.LARGEST_ARCHIVE_BYTES >> 30} GB unpacked"
    assert f"| what a ZIP archive holds | {budget} |" in _text("docs/security.md")


def test_a_display_is_unfit_by_the_limits_that_the_methods_name() -> None:
    text = " ".join(_text("docs/methods.md").split())
    bright, dark = display_fit._BRIGHT_PERCENTILE, 100 - display_fit._DARKEST_PERCENTILE
    reach, above = display_fit.LEAST_USED, display_fit.MOST_UNUSED_BELOW
    assert f"if {bright:g} % of the pixels reach less than {reach:g} of the display range" in text
    assert f"if {dark:g} % lie above {above:g} of it" in text
    lost = display_fit.MOST_LOST_PIXELS, display_fit.MOST_LOST_RANGE
    breast, values = (f"{100 * one:g} %" for one in lost)
    assert f"more than {breast} of the breast, with more than {values} of the range of its values" in text


def test_every_error_is_on_the_page_of_python() -> None:
    classes = (one for one in vars(errors).values() if isinstance(one, type))
    kinds = {one.__name__ for one in classes if issubclass(one, Exception)}
    assert "QualityError" in kinds
    assert {name for name in kinds if f"`{name}`" not in _text("docs/python.md")} == set()


# Columns and keys


@pytest.fixture(scope="module")
def json_document() -> dict[str, object]:
    """The document of ``--json`` for one view, made without running a network."""
    card = load_card("scunet-emory-2021-published")
    pixels = np.random.default_rng(0).integers(1, 255, (96, 80)).astype(np.uint8)
    mammogram = mammogram_from_array(pixels, spacing_mm=0.07, view=View.CC, laterality=Laterality.LEFT)
    prepared = prepare(mammogram, card.preprocessing)
    mask = np.zeros(pixels.shape, bool)
    mask[40:50, 20:60] = True
    backend = BackendInfo("openvino", "0", "cpu", "float32")
    probability = ProbabilityMap(mask.astype(np.float32), 1, (0.07, 0.07), False, backend)
    settings = MeasurementSettings()
    measurement = measure_view(
        prepared, mask, probability.values, mask_style=card.mask_style, settings=settings
    )
    provenance = provenance_of(prepared, probability, card, threshold=0.5)
    exam = Exam("key", "patient", "20200101", (mammogram.header,))
    document = ResultsDocument(
        run=run_record(
            software_version="0",
            arguments={},
            settings=settings,
            card=card,
            files=[],
            libraries=["openvino", "torch"],
        ),
        views=(
            view_record(
                mammogram.header,
                prepared,
                measurement,
                provenance=provenance,
                notices=[MASK_EMPTY.notice()],
            ),
        ),
        exams=(exam_record(exam, measure_exam([(mammogram.header, measurement)])),),
    )
    found: dict[str, object] = json.loads(json_bytes(document))
    return found


def _keys(value: object) -> set[str]:
    if isinstance(value, dict):
        # The page names what stands in `mass` by its column, and says where it is in JSON.
        return set(value).union(*(_keys(item) for key, item in value.items() if key != "mass"))
    if isinstance(value, list):
        return set().union(*(_keys(item) for item in value))
    return set()


def _serial_names() -> set[str]:
    return {one.serial.name for one in QUANTITIES if one.serial is not None}


def _documented_names() -> set[str]:
    """First cells of the tables of docs/results.md."""
    return set(re.findall(r"^\| `([^`]+)` \|", _text("docs/results.md"), re.MULTILINE))


def test_results_page_has_every_column_and_key_and_nothing_else(json_document: dict[str, object]) -> None:
    known = {*view_columns(), *exam_columns(), *_serial_names(), *FAILURE_COLUMNS, *_keys(json_document)}
    known |= {entry.key for entry in QUANTITIES.of("breast")}
    assert known - _documented_names() == set()
    assert _documented_names() - known == set()
    of_mass = [".".join(entry.path) for entry in QUANTITIES.of("view") if entry.quantity.path is not None]
    assert of_mass
    assert all(f"(in JSON `{path}`)" in _text("docs/results.md") for path in of_mass)


@pytest.mark.parametrize("page", TABLES)
def test_tables_of_the_registry_are_up_to_date(page: str) -> None:
    text = _text(f"docs/{page}")
    assert with_tables(text, page) == text, "run python scripts/make_reference.py"


def test_published_schemas_are_up_to_date() -> None:
    there = {path.name: path.read_bytes() for path in (ROOT / "docs" / "schema").glob("*.json")}
    assert there == schema_files(), "run python scripts/make_reference.py"


def test_documents_of_the_models_are_up_to_date() -> None:
    there = {path.name: path.read_text(encoding="utf-8") for path in (DOCS / "models").glob("*.md")}
    assert there == model_files(), "run python scripts/make_reference.py"


def test_exit_codes_are_those_of_the_guide() -> None:
    (line,) = re.findall(r"^Exit codes: (.+)$", _text("docs/guides/cohort.md"), re.MULTILINE)
    codes = [int(code) for code in re.findall(r"(\d+) [a-z]", line)]
    assert codes == [OK, FAILED, USAGE, INTERRUPTED]


def test_the_list_separator_is_that_of_the_page_of_results() -> None:
    assert f"joined by `{LIST_SEPARATOR}`" in _text("docs/results.md")


def test_causes_of_exclusion_are_on_both_pages() -> None:
    source = ast.parse((ROOT / "shared_core/preprocessing/valid_area.py").read_text(encoding="utf-8"))
    dicts = (node for node in ast.walk(source) if isinstance(node, ast.Dict))
    causes = {key.value for node in dicts for key in node.keys if isinstance(key, ast.Constant)} | {"marker"}
    assert "film edge" in causes
    for document in ("docs/results.md", "docs/methods.md"):
        assert {cause for cause in causes if f"`{cause}`" not in _text(document)} == set()


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ("docs/methods.md", SpacingSource),
        ("docs/results.md", View),
        ("docs/results.md", ViewModifier),
        ("docs/results.md", Laterality),
    ],
)
def test_every_word_that_may_stand_in_a_cell_is_explained(document: str, words: type[Enum]) -> None:
    values = {str(word.value) for word in words} - {"unknown"}
    assert {value for value in values if f"`{value}`" not in _text(document)} == set()


# Messages and links


def _texts_of_the_source() -> str:
    """All texts in the code, placeholders of f-strings left out."""
    found = []
    for path in (ROOT / "shared_core").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.JoinedStr):
                parts = [str(part.value) if isinstance(part, ast.Constant) else "\0" for part in node.values]
                found.append("".join(parts))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.append(node.value)
    return "\n".join(found)


def test_messages_of_the_troubleshooting_table_exist() -> None:
    section = _text("docs/troubleshooting.md")
    cells = re.findall(r"^\| (`.*?) \|", section, re.MULTILINE)
    messages = [message for cell in cells for message in re.findall(r"`([^`]+)`", cell)]
    assert len(messages) > 30
    texts = _texts_of_the_source()
    pieces = {piece.strip() for message in messages for piece in re.split(r"\.\.\.|\bN\b|\bcuda\b", message)}
    assert {piece for piece in pieces if piece not in texts} == set()


PACKAGES = ("shared_core", "napari_bac")


def _exists(name: str) -> bool:
    """Whether a dotted name is a module of the repository, or stands in one."""
    parts = name.split(".")
    for end in range(len(parts), 0, -1):
        place = ROOT.joinpath(*parts[:end])
        if place.with_suffix(".py").is_file() or (place / "__init__.py").is_file():
            found: object = importlib.import_module(".".join(parts[:end]))
            for part in parts[end:]:
                found = getattr(found, part, None)
            return found is not None
    return False


@pytest.mark.parametrize("document", [*WRITTEN, "docs/performance.md"])
def test_paths_and_modules_that_are_named_exist(document: str) -> None:
    # But what a reader is told to write.
    text = re.sub(r"\bnew module\s+`[^`]+`|^```diff\n.*?^```$", "", _text(document), flags=re.M | re.S)
    folders = r"shared_core|napari_bac|slicer_bac_extension|validation|benchmarks|tests|examples|scripts"
    paths = set(re.findall(rf"(?<![\w./-])(?:{folders})/(?:[\w.-]+/)*[\w-]+(?:\.\w+)?", text))
    paths |= set(re.findall(r"`([^-`\s][^`\s]*)`", "".join(re.findall(r"^Code: (.+)$", text, re.MULTILINE))))
    bases = (ROOT, (ROOT / document).parent)
    assert {path for path in paths if not any((base / path).exists() for base in bases)} == set()
    names = set(re.findall(rf"(?<![\w./-])(?:{'|'.join(PACKAGES)})(?:\.[A-Za-z_]\w*)+", text))
    assert {name for name in names if not _exists(name)} == set()


def test_tree_of_the_architecture_has_every_package_and_nothing_else() -> None:
    tree = _text("docs/architecture.md").split("\n## The tree\n")[1].split("```")[1]
    for package in PACKAGES:
        block = re.search(rf"^{package}/.*\n((?:  .*\n)+)", tree, re.MULTILINE)
        assert block is not None
        # Names come first, what they are after two spaces.
        names = [line.strip().split("  ")[0] for line in block[1].splitlines()]
        named = {name for line in names for name in line.split(", ")}
        there = {f"{init.parent.name}/" for init in (ROOT / package).glob("*/__init__.py")}
        there |= {file.name for file in (ROOT / package).glob("[!_]*.py")}
        assert named == there


def _anchor(heading: str) -> str:
    """The anchor that GitHub gives a heading."""
    plain = re.sub(r"[^\w\- ]", "", heading.replace("`", "").strip().lower())
    return plain.replace(" ", "-")


@pytest.mark.parametrize("document", PAGES)
def test_relative_links_lead_somewhere(document: str) -> None:
    here = ROOT / document
    links = [link for link in re.findall(r"\]\(([^)\s]+)\)", _text(document)) if "://" not in link]
    for link in links:
        path, _, anchor = link.partition("#")
        target = (here.parent / path).resolve() if path else here
        assert target.exists(), link
        if anchor:
            headings = re.findall(r"^#+ (.+)$", target.read_text(encoding="utf-8"), re.MULTILINE)
            assert anchor in {_anchor(heading) for heading in headings}, link
