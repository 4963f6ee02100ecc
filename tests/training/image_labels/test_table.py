"""Tables of labels: what is taken, and what is refused in one sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from shared_core.errors import UsageError
from shared_core.training.data_specs import view_source
from shared_core.training.image_labels.labelled_images import labelled_images
from shared_core.training.image_labels.table import read_label_table
from shared_core.weights.registry import default_model

HEAD = "file,patient,age,label"
GOOD = ("a.png,P1,61,1", "sub/b.png,P2,,no")


@pytest.fixture
def images(tmp_path: Path) -> Path:
    folder = tmp_path / "images"
    (folder / "sub").mkdir(parents=True)
    for name in ("a.png", "sub/b.png", "c.png"):
        (folder / name).touch()
    (tmp_path / "outside.png").touch()
    return folder


def table(folder: Path, *rows: str, head: str = HEAD) -> Path:
    path = folder / "labels.csv"
    path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    return path


def test_rows_are_read_and_an_unknown_age_stays_unknown(images: Path) -> None:
    first, second = read_label_table(table(images.parent, *GOOD), images)
    assert (first.path, first.patient, first.age, first.has_bac) == (images / "a.png", "P1", 61.0, True)
    assert (second.name, second.age, second.has_bac, second.length_mm) == ("sub/b.png", None, False, None)


def test_a_length_is_known_of_what_has_none_and_unknown_where_it_is_empty(images: Path) -> None:
    rows = read_label_table(
        table(
            images.parent,
            "a.png,P1,061Y,1,",
            "sub/b.png,P2,50,0,",
            "c.png,P3,40,1,12.5",
            head=f"{HEAD},length_mm",
        ),
        images,
    )
    assert [row.length_mm for row in rows] == [None, 0.0, 12.5]
    assert rows[0].age == 61


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("gone.png,P3,50,1", "line 4: gone.png is not in"),
        ("../outside.png,P3,50,1", "line 4: ../outside.png lies outside of"),
        ("c.png,,50,1", "line 4: says nothing of the patient of c.png"),
        (",P3,50,1", "line 4: names no file"),
        ("c.png,P3,50,2", "line 4: the label '2' of c.png is neither 1"),
        ("c.png,P3,50,", "line 4: the label '' of c.png is neither 1"),
        ("c.png,P3,old,1", "line 4: the age 'old' of c.png is no number that it can be"),
        ("c.png,P3,-4,1", "line 4: the age '-4' of c.png is no number that it can be"),
        ("a.png,P1,61,1", "line 4: a.png is in line 2 already"),
        ("./a.png,P1,61,0", "line 4: ./a.png is labelled 0 here and 1 in line 2"),
    ],
)
def test_a_wrong_row_is_named_with_its_line(images: Path, row: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_label_table(table(images.parent, *GOOD, row), images)
    assert message in str(caught.value)
    assert str(caught.value).startswith("labels.csv: 1 row is wrong")


def test_a_length_without_bac_is_refused(images: Path) -> None:
    with pytest.raises(UsageError, match=r"sub/b.png has no BAC and a length_mm of 3"):
        read_label_table(
            table(images.parent, "a.png,P1,61,1,5", "sub/b.png,P2,50,0,3", head=f"{HEAD},length_mm"), images
        )


@pytest.mark.parametrize(
    ("head", "message"),
    [
        ("file,patient,label", "has no column age; it needs file, patient, age, label"),
        ("name,patient,years,label", "has no column file, age"),
        ("file,patient,age,label,label", "the column label is there twice"),
    ],
)
def test_missing_and_doubled_columns_are_named(images: Path, head: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        read_label_table(table(images.parent, *GOOD, head=head), images)


def test_both_kinds_are_needed(images: Path) -> None:
    with pytest.raises(UsageError, match="no image without BAC is in it"):
        read_label_table(table(images.parent, GOOD[0]), images)


def test_what_describes_data_is_checked(images: Path) -> None:
    path = table(images.parent, *GOOD)
    spec = f"labels:{path},images={images}"
    source = labelled_images([f"{spec},spacing_mm=0.1"], "mobini-2023")
    assert [row.spacing_mm for row in source.rows] == [0.1, 0.1]
    assert source.identity(1).tags == (("severity", "none"),)
    for specs, message in (
        ([spec, spec], "is in two tables of labels"),
        (["simulated:patients=2"], "learns from labels of whole images alone; give labels:TABLE.csv"),
        ([f"labels:{path},images={images / 'none'}"], "is not a folder"),
        ([f"{spec},fold=1"], "labels knows no 'fold'"),
    ):
        with pytest.raises(UsageError, match=message):
            labelled_images(specs, "mobini-2023")


def test_a_recipe_that_learns_from_masks_takes_no_labels(images: Path) -> None:
    spec = f"labels:{table(images.parent, *GOOD)},images={images}"
    with pytest.raises(UsageError, match="labels of whole images teach no masks"):
        view_source([spec], default_model())
