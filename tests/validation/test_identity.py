"""The identity check: what `bac` wrote is taken whole, and no number that moved passes."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, strategies as st

from shared_core.errors import UsageError
from validation.identity.__main__ import main
from validation.identity.comparison import Kind, compare
from validation.identity.harvest import RESULTS, flattened, harvest
from validation.identity.jobs import Job, all_jobs
from validation.identity.renaming import NOTHING_RENAMED, Renaming, Rule, read_renaming
from validation.identity.rows import Place, read_table, shown_cell, without_collisions, write_table
from validation.identity.running import Tree, finish, path_words

REPOSITORY = Path(__file__).resolve().parents[2]
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\0"), max_size=12)


def place(quantity: str, image: str = "film") -> Place:
    return Place(image, "openbac-1", quantity)


BEFORE = {
    place("mask:pixels_sha256"): "ab12",
    place("probability:pixels_sha256"): "cd34",
    place("view.json:metrics.am_px"): "20362",
    place("view.json:metrics.mass_ha_mg"): "1.5",
    place("view.json:metrics.mass_low_mg"): "null",
    place("view.json:warnings.0"): "The mask has 3 parts.",
}


def kinds(after: dict[Place, str], renaming: Renaming = NOTHING_RENAMED) -> list[Kind]:
    found = compare(BEFORE, after, renaming)
    assert found.identical is not any(one.kind in (Kind.DIFFERS, Kind.GONE) for one in found.findings)
    return [finding.kind for finding in found.findings]


@given(st.dictionaries(st.builds(Place, texts, texts, texts), texts, max_size=5))
def test_a_table_comes_back_value_for_value(
    tmp_path_factory: pytest.TempPathFactory, values: dict[Place, str]
) -> None:
    path = tmp_path_factory.mktemp("table") / "table.tsv"
    write_table(path, values)
    assert read_table(path) == values


@pytest.mark.parametrize(
    "content", ["", "image\tpreset\n", "image\tpreset\tquantity\tvalue\na\tb\n", "a\tb\tc\td\n"]
)
def test_another_or_a_cut_file_is_no_table(tmp_path: Path, content: str) -> None:
    path = tmp_path / "other.tsv"
    path.write_text(content)
    with pytest.raises(UsageError, match=r"other\.tsv"):
        read_table(path)


def test_a_row_that_is_there_twice_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "twice.tsv"
    path.write_text("image\tpreset\tquantity\tvalue\na\tb\tc\t1\na\tb\tc\t2\n")
    with pytest.raises(UsageError, match="twice"):
        read_table(path)
    with pytest.raises(ValueError, match="two values"):
        without_collisions([(place("a"), "1"), (place("a"), "2")])


@pytest.mark.parametrize(
    ("cell", "value"),
    [("", "null"), ("0.50", "0.5"), ("1", "1"), ("1.0", "1.0"), ("5e-05", "5e-05"), ("-0.25", "-0.25")]
    + [
        ("0-20", "0-20"),
        ("007", "007"),
        ("LCC | RCC", "LCC | RCC"),
        ("0.1234567890123456", "0.1234567890123456"),
    ],
)
def test_a_cell_is_the_number_that_it_says(cell: str, value: str) -> None:
    assert shown_cell(cell) == value


def test_the_same_is_identical() -> None:
    assert kinds(dict(BEFORE)) == []


@pytest.mark.parametrize(
    ("quantity", "value"),
    [
        ("mask:pixels_sha256", "ab13"),
        ("view.json:metrics.am_px", "20363"),
        ("view.json:metrics.am_px", "null"),
        ("view.json:metrics.mass_low_mg", "0"),
        ("view.json:metrics.mass_ha_mg", "1.5000000000000002"),
        ("view.json:warnings.0", "0"),
        ("view.json:warnings.0", "null"),
        ("view.json:warnings.0", "The mask has 4 parts."),
    ],
)
def test_a_value_that_moved_differs(quantity: str, value: str) -> None:
    assert kinds({**BEFORE, place(quantity): value}) == [Kind.DIFFERS]


def test_a_value_that_went_is_gone_and_a_new_one_is_added() -> None:
    after = {key: value for key, value in BEFORE.items() if key != place("mask:pixels_sha256")}
    assert kinds({**after, place("new"): "1"}) == [Kind.GONE, Kind.ADDED]


def test_tables_without_a_common_row_are_not_identical() -> None:
    assert not compare({}, {}, NOTHING_RENAMED).identical


def test_wording_and_probability_are_told_and_do_not_fail() -> None:
    after = {**BEFORE, place("view.json:warnings.0"): "In the mask are 3 parts."}
    assert kinds({**after, place("probability:pixels_sha256"): "ef56"}) == [Kind.INFORMATION, Kind.WORDING]


def renamed(mass: str) -> dict[Place, str]:
    after = {key: value for key, value in BEFORE.items() if "mass" not in key.quantity}
    return {
        **after,
        place("view.json:metrics.mass.ha_mg"): mass,
        place("view.json:metrics.mass.low_mg"): "null",
    }


def test_a_renamed_quantity_is_compared_under_its_new_name() -> None:
    rule = Rule("view.json:metrics.mass_*", "view.json:metrics.mass.*")
    assert kinds(renamed("1.5"), Renaming((rule,))) == []
    assert kinds(renamed("1.6"), Renaming((rule,))) == [Kind.DIFFERS]
    assert kinds(renamed("1.6"), Renaming((replace(rule, note="another k"),))) == [Kind.ON_PURPOSE]
    assert kinds(renamed("1.5")) == [Kind.GONE, Kind.GONE, Kind.ADDED, Kind.ADDED]


def test_a_value_that_is_gone_is_never_a_change_on_purpose() -> None:
    rule = Rule("view.json:metrics.mass_*", "nowhere.*", "another k")
    assert kinds(renamed("1.5"), Renaming((rule,))).count(Kind.GONE) == 2


def test_a_quantity_can_be_dropped_on_purpose() -> None:
    after = {key: value for key, value in BEFORE.items() if "warnings" not in key.quantity}
    assert kinds(after, Renaming((Rule("view.json:warnings.*", "", "codes now"),))) == [Kind.DROPPED]


def test_the_first_rule_that_fits_counts() -> None:
    rules = (Rule("view.json:a", "view.json:b"), Rule("view.json:*", "other:*"))
    assert Renaming(rules).of("view.json:a").after == "view.json:b"
    assert Renaming(rules).of("view.json:c").after == "other:c"
    assert Renaming(rules).of("exams.csv:c").after == "exams.csv:c"


def test_each_star_keeps_what_it_stood_for() -> None:
    rule = Rule("document:exams.*.breasts.*.mean_*", "exam.json:*.breasts.*.mean.*")
    after = Renaming((rule,)).of("document:exams.0.breasts.12.mean_mass_mg").after
    assert after == "exam.json:0.breasts.12.mean.mass_mg"


@pytest.mark.parametrize("line", ["a*b*\tc*\tnote", "a\tb*\tnote", "a", "\tb\tnote"])
def test_a_rule_that_cannot_be_followed_is_refused(tmp_path: Path, line: str) -> None:
    path = tmp_path / "map.tsv"
    path.write_text(f"before\tafter\tnote\nx\ty\n{line}\n")
    with pytest.raises(UsageError, match="line 3"):
        read_renaming(path)


def test_the_exit_code_says_whether_all_is_identical(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one, other, rules = (tmp_path / name for name in ("before.tsv", "after.tsv", "map.tsv"))
    write_table(one, BEFORE)
    write_table(other, renamed("1.5"))
    rules.write_text("before\tafter\tnote\nview.json:metrics.mass_*\tview.json:metrics.mass.*\n")
    assert main(["compare", str(one), str(other)]) == 1
    assert "NOT identical" in capsys.readouterr().out
    assert main(["compare", str(one), str(other), "--renamed", str(rules)]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "identical"
    assert main(["compare", str(one), str(tmp_path / "none.tsv")]) == 2
    assert "none.tsv" in capsys.readouterr().err


@pytest.fixture
def finished(tmp_path: Path) -> Path:
    """A folder as a job leaves it."""
    exam = tmp_path / "job" / RESULTS / "exam"
    exam.mkdir(parents=True)
    mask = np.zeros((40, 30), np.uint8)
    mask[10:20, 5:9] = 255
    cv2.imwrite(str(exam / "LCC_mask.png"), mask)
    view = {
        "file": str(tmp_path / "in" / "LCC.dcm"),
        "metrics": {"am_px": 40, "pm": 0.1 + 0.2, "grade": None},
    }
    (exam / "LCC.json").write_text(json.dumps(view))
    (exam.parent / "views.csv").write_text(f"file,exam,am_px\n{view['file']},exam,40\n")
    (exam.parent / "exams.csv").write_text("key,guo_index\nexam,\n")
    document = {"run": {"a": 1}, "views": [view], "exams": [{"key": "exam", "breasts": [], "mean": 2.50}]}
    (tmp_path / "job" / "stdout.json").write_text(json.dumps(document))
    return tmp_path / "job"


def harvested(folder: Path) -> dict[Place, str]:
    words = {str(folder.parent / "in"): "{pictures}"}
    return without_collisions(harvest(folder, "film", "openbac-1", words))


def test_mask_tables_and_documents_are_taken_value_by_value(finished: Path) -> None:
    values = harvested(finished)
    mask = values.pop(place("mask:pixels_sha256", "film/exam/LCC"))
    assert len(mask) == 64
    assert values == {
        place("view.json:file", "film/exam/LCC"): "{pictures}/LCC.dcm",
        place("view.json:metrics.am_px", "film/exam/LCC"): "40",
        place("view.json:metrics.pm", "film/exam/LCC"): "0.30000000000000004",
        place("view.json:metrics.grade", "film/exam/LCC"): "null",
        place("views.csv:file", "film/exam/LCC"): "{pictures}/LCC.dcm",
        place("views.csv:exam", "film/exam/LCC"): "exam",
        place("views.csv:am_px", "film/exam/LCC"): "40",
        place("exams.csv:key", "film/exam"): "exam",
        place("exams.csv:guo_index", "film/exam"): "null",
        place("document:exams.exam.key"): "exam",
        place("document:exams.exam.breasts"): "[]",
        place("document:exams.exam.mean"): "2.5",
    }


@pytest.mark.parametrize(
    ("items", "keys"),
    [
        ([{"name": "pm", "n": 4}, {"name": "sim", "n": 4}], ["pm.name", "pm.n", "sim.name", "sim.n"]),
        ([{"quantity": {"key": "pm"}, "n": 4}], ["pm.quantity.key", "pm.n"]),
        ([{"name": "pm"}, {"name": "pm"}], ["0.name", "1.name"]),
        ([{"name": "pm"}, {"n": 4}], ["0.name", "1.n"]),
        ([0.1, 0.2], ["0", "1"]),
    ],
)
def test_items_of_a_list_go_by_their_names_where_each_has_one(items: list[object], keys: list[str]) -> None:
    assert [key for key, _ in flattened(items)] == keys


def test_a_mask_is_its_pixels_and_not_its_file(finished: Path) -> None:
    path = next(finished.rglob("*_mask.png"))
    before, size = harvested(finished), path.stat().st_size
    mask = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    cv2.imwrite(str(path), mask, [cv2.IMWRITE_PNG_COMPRESSION, 0])
    assert path.stat().st_size != size
    assert harvested(finished) == before
    mask[0, 0] = 255
    cv2.imwrite(str(path), mask)
    changed = {key for key, value in harvested(finished).items() if before[key] != value}
    assert changed == {place("mask:pixels_sha256", "film/exam/LCC")}


def test_paths_of_results_and_inputs_have_words(tmp_path: Path) -> None:
    words = path_words(tmp_path / "before-results", Tree(tmp_path / "before"), tmp_path / "in", None)
    text = f"{tmp_path}/before-results/a.unfinished/b {tmp_path}/before/c"
    for path, word in words.items():
        text = text.replace(path, word)
    assert text == "{results}/a/b {tree}/c"


def test_every_job_has_a_folder_of_its_own_and_comes_after_what_it_reads(tmp_path: Path) -> None:
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    (pictures / "cbis-ddsm-P_00646-LCC.png").touch()
    presets = ("openbac-1", "scunet-emory-2021", "scunet-emory-2021-published")
    root = tmp_path / "root"
    jobs = all_jobs(root, pictures, presets)
    folders = [job.folder for job in jobs]
    assert len(set(folders)) == len(folders)
    for number, job in enumerate(jobs):
        for path in (Path(argument) for argument in job.arguments if argument.startswith(str(root))):
            assert path.relative_to(root).parts[: path.relative_to(root).parts.index(RESULTS)] in [
                folder.parts for folder in folders[:number]
            ]


def test_a_job_is_done_once_by_the_tree_that_was_named(tmp_path: Path) -> None:
    image, mask = tmp_path / "LCC.png", tmp_path / "drawn.png"
    rows, columns = np.mgrid[:600, :400]
    breast = (rows - 300) ** 2 + columns**2 < 250**2
    cv2.imwrite(str(image), np.where(breast, 90 + (rows % 7) * 5, 0).astype(np.uint8))
    cv2.imwrite(str(mask), np.where(breast & (rows // 4 == 70), 255, 0).astype(np.uint8))
    job = Job("small", "measure", ("measure", str(image), str(mask), "--spacing-mm", "0.1"))
    tree, root = Tree(REPOSITORY), tmp_path / "results"
    assert finish(job, root, tree) is None
    values = without_collisions(harvest(root / job.folder, job.image, job.preset, {}))
    am_px = int(values[Place("small", "measure", "LCC.json:metrics.am_px")])
    assert am_px == np.count_nonzero(cv2.imread(str(mask), cv2.IMREAD_GRAYSCALE))
    assert finish(job, root, Tree(tmp_path / "no-tree")) is None


def test_a_job_that_failed_leaves_no_results_and_says_why(tmp_path: Path) -> None:
    job = Job("none", "measure", ("measure", str(tmp_path / "none.png"), str(tmp_path / "none.png")))
    problem = finish(job, tmp_path, Tree(REPOSITORY))
    assert problem is not None
    assert "none.png" in problem
    assert not (tmp_path / job.folder).exists()


def test_the_tree_that_was_named_is_the_one_that_runs(tmp_path: Path) -> None:
    package = tmp_path / "shared_core"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "__main__.py").write_text("print('only\\tmodel')\n")
    assert Tree(tmp_path).presets() == ("only",)
    assert "openbac-1" in Tree(REPOSITORY).presets()
