"""Facts that a person states of images in a table: they win, are marked, and wrong rows are named."""

from __future__ import annotations

from pathlib import Path

import cv2
import pytest
from hypothesis import given, strategies as st

from shared_core.errors import UnsupportedImageError, UsageError
from shared_core.mammogram import Laterality, PresentationIntent, SpacingSource, StatedFacts, View
from shared_core.reading.exam_grouping import find_exams
from shared_core.reading.facts.table_reading import read_facts
from shared_core.reading.reader import read_header, read_mammogram
from tests.reading.synthetic import SC, breast, dataset, write
from tests.told import codes

HEAD = "file,patient,study_date,side,view,row_spacing_mm,column_spacing_mm,manufacturer,intent\n"


def picture(path: Path, seed: int = 1) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), breast(8, seed=seed))
    return path


def table(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


def test_stated_facts_fill_what_a_picture_lacks(tmp_path: Path) -> None:
    file = picture(tmp_path / "scan7.png")
    facts = read_facts(
        str(table(tmp_path / "t.csv", HEAD + "scan7.png,W1,2020-01-31,R,MLO,0.07,0.08,ACME,processing\n"))
    )
    header = read_header(file, facts=facts.facts_of(file))
    assert (header.view_label, header.identity.patient_id, header.identity.study_date) == (
        "RMLO",
        "W1",
        "20200131",
    )
    assert (header.spacing.row_mm, header.spacing.column_mm) == (0.07, 0.08)
    assert header.spacing.source is SpacingSource.STATED
    assert (header.acquisition.manufacturer, header.intent) == ("ACME", PresentationIntent.PROCESSING)
    assert ("view", "MLO stated in t.csv, line 2") in header.evidence
    assert codes(header.notices) == []
    assert read_mammogram(file, facts=facts.facts_of(file)).header == header


def test_stated_facts_win_and_contradictions_are_told(tmp_path: Path) -> None:
    file = write(tmp_path / "a.dcm", dataset(Manufacturer="ACME", ImagerPixelSpacing=[0.1, 0.1]))
    row = "a.dcm,W1,20210101,R,MLO,0.07,0.07,Other,processing\n"
    facts = read_facts(str(table(tmp_path / "t.csv", HEAD + row)))
    header = read_header(file, facts=facts.facts_of(file))
    assert (header.view_label, header.spacing.row_mm, header.identity.patient_id) == ("RMLO", 0.07, "W1")
    told = [notice.text for notice in header.notices if notice.code == "fact-contradicted"]
    for what, value, found in (
        ("view", "MLO", "CC from ViewPosition"),
        ("laterality", "R", "L from ImageLaterality"),
        ("patient", "W1", "P1"),
        ("date", "20210101", "20200102"),
        ("manufacturer", "Other", "ACME"),
        ("intent", "FOR PROCESSING", "FOR PRESENTATION"),
        ("spacing", "0.07 x 0.07 mm", "0.1 x 0.1 mm (ImagerPixelSpacing, magnification unknown)"),
    ):
        start = f"The {what} {value} (stated in t.csv, line 2) is used;"
        assert [text for text in told if text.startswith(start) and text.endswith(f"found: {found}.")], what


def test_facts_that_the_file_says_as_well_are_confirmed(tmp_path: Path) -> None:
    file = write(tmp_path / "a.dcm", dataset(Manufacturer="ACME", ImagerPixelSpacing=[0.1, 0.1]))
    row = "a.dcm,P1,20200102,L,CC,0.1,0.1,Acme,presentation\n"
    facts = read_facts(str(table(tmp_path / "t.csv", HEAD + row)))
    own, header = read_header(file), read_header(file, facts=facts.facts_of(file))
    assert header.notices == own.notices
    assert header.spacing == own.spacing
    assert ("view", "CC from ViewPosition, also stated in t.csv, line 2") in header.evidence


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_tables_of_any_spreadsheet_are_read(tmp_path: Path, encoding: str, delimiter: str) -> None:
    file = picture(tmp_path / "büste 1.png")
    lines = [
        ["File Name", "Laterality", "View Position", "spacing (mm)"],
        ["büste 1.png", "left", "cc", "0,07"],
    ]
    text = "\r\n".join(delimiter.join(f'"{cell}"' for cell in line) for line in lines) + "\r\n\r\n"
    header = read_header(
        file, facts=read_facts(str(table(tmp_path / "t.csv", text, encoding))).facts_of(file)
    )
    assert (header.view_label, header.spacing.row_mm) == ("LCC", 0.07)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("b.png,,,X,,,,,", "line 3: the side 'X' is none"),
        ("b.png,,,,XYZ,,,,", "line 3: the view 'XYZ' is none"),
        ("b.png,,,R,LCC,,,,", "line 3: the view 'LCC' and the side 'R' contradict"),
        ("b.png,,,,,0,0,,", "line 3: the spacing '0' is not positive"),
        ("b.png,,,,,-0.07,-0.07,,", "line 3: the spacing '-0.07' is not positive"),
        ("b.png,,,,,nan,0.07,,", "line 3: the spacing 'nan' is not positive"),
        ("b.png,,,,,70,70,,", "line 3: the spacing '70' is not plausible"),
        ("b.png,,,,,fine,0.07,,", "line 3: the spacing 'fine' is no number"),
        ("b.png,,,,,0.07,,,", "line 3: gives one spacing"),
        ("b.png,,,,,0,07,0,07,,", "line 3: has 11 cells, and there are 9 columns"),
        ("b.png,,2020-13-01,,,,,,", "line 3: the date '2020-13-01' is none"),
        ("b.png,,01/02/2020,,,,,,", "line 3: the date '01/02/2020' is none"),
        ("b.png,,,,,,,,maybe", "line 3: 'maybe' is no kind of image"),
        ("a.png,,,R,,,,,", "line 3: is of a.png, and so is line 2"),
        (",W1,,,,,,,", "line 3: names no file"),
    ],
)
def test_wrong_rows_are_named_with_their_line(tmp_path: Path, row: str, words: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_facts(str(table(tmp_path / "t.csv", HEAD + "a.png,,,L,,,,,\n" + row + "\n")))
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"PK\x03\x04rest", "is a file of a spreadsheet program"),
        (b"", "is empty"),
        (b"\x89PNG\r\n\x1a\n\0\0\0", "is no text"),
        (b"name,side\na,L\n", "no column is called file"),
        (b"file,side,laterality\na,L,L\n", "the column side is there twice"),
        (b'file,side\n"a.png,L\n', "line 2 cannot be read"),
        (b"file,side\n", "has no rows below the names of its columns"),
        (b"file,side,view\na,L,CC\nb,R\n", "line 3: has 2 cells, and there are 3 columns"),
        (b"file,side,view,\na\n", "line 2: has 1 cell, and there are 3 columns"),
    ],
)
def test_what_is_no_table_is_refused(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(content)
    with pytest.raises(UsageError) as caught:
        read_facts(str(path))
    assert words in str(caught.value)
    with pytest.raises(UsageError):
        read_facts(str(tmp_path / "nowhere.csv"))


def test_rows_find_their_images_by_name_or_path(tmp_path: Path) -> None:
    files = [picture(tmp_path / place / "x.png", n) for n, place in enumerate(("a/1", "a/2", "b/1"))]
    rows = ["file,side", "a\\1\\x.png,L", f"{files[1]},R", "./b/1/x,L", "gone.png,L"]
    facts = read_facts(str(table(tmp_path / "t.csv", "\n".join(rows))))
    listing = find_exams([tmp_path], facts=facts)
    sides = {h.path: h.laterality.value for exam in listing.exams for h in exam.headers}
    assert [sides[file] for file in files] == ["L", "R", "L"]
    assert codes(listing.notices) == ["facts-of-other-files"]
    assert "line 5 (gone.png)" in listing.notices[0].text


def test_a_name_that_several_images_have_is_refused(tmp_path: Path) -> None:
    for number, place in enumerate("ab"):
        picture(tmp_path / place / "x.png", number)
    with pytest.raises(UsageError, match=r"line 2: x\.png is the name of 2 images"):
        find_exams([tmp_path], facts=read_facts(str(table(tmp_path / "t.csv", "file,side\nx.png,L\n"))))


def test_two_rows_of_one_image_are_refused(tmp_path: Path) -> None:
    file = picture(tmp_path / "a" / "x.png")
    facts = read_facts(str(table(tmp_path / "t.csv", "file,side\nx.png,L\nx,R\n")))
    with pytest.raises(UsageError, match="lines 2, 3 are all of"):
        facts.facts_of(file)


def test_a_stated_patient_or_exam_decides_on_exams(tmp_path: Path) -> None:
    for number, (side, view) in enumerate((("L", "CC"), ("L", "MLO"), ("R", "CC"), ("R", "MLO")) * 2):
        more = {"PatientID": "ANON", "PatientBirthDate": f"19{50 + number}0102"}
        ds = dataset(breast(seed=number), ImageLaterality=side, ViewPosition=view, **more)
        write(tmp_path / f"{number}.dcm", ds)
    assert len(find_exams([tmp_path]).exams) == 8
    text = "file,patient\n" + "".join(f"{n}.dcm,W{n // 4}\n" for n in range(8))
    exams = find_exams([tmp_path], facts=read_facts(str(table(tmp_path / "t.csv", text)))).exams
    assert [(exam.patient_id, len(exam.headers)) for exam in exams] == [("W0", 4), ("W1", 4)]
    text = "file,patient,exam\n" + "".join(f"{n}.dcm,W,{n // 4}\n" for n in range(8))
    exams = find_exams([tmp_path], facts=read_facts(str(table(tmp_path / "t.csv", text)))).exams
    assert [(exam.patient_id, len(exam.headers)) for exam in exams] == [("W", 4), ("W", 4)]


def test_an_id_that_is_only_repeated_joins_nothing(tmp_path: Path) -> None:
    for number, side in enumerate("LR"):
        write(
            tmp_path / f"{number}.dcm", dataset(breast(seed=number), ImageLaterality=side, PatientID="ANON")
        )
    facts = read_facts(str(table(tmp_path / "t.csv", "file,patient\n0.dcm,ANON\n1.dcm,ANON\n")))
    assert len(find_exams([tmp_path], facts=facts).exams) == 2


@given(st.binary(max_size=200))
def test_any_bytes_are_a_table_or_refused(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.mktemp("t") / "t.csv"
    path.write_bytes(b"file,side\n" + content)
    try:
        rows = read_facts(str(path)).rows
    except UsageError:
        return
    assert all(row.facts.laterality in (None, *Laterality) for row in rows)


def test_nothing_stated_changes_nothing(tmp_path: Path) -> None:
    file = write(tmp_path / "a.dcm", dataset())
    header = read_header(file, facts=StatedFacts())
    assert (header.view, header.evidence, header.notices) == (
        View.CC,
        read_header(file).evidence,
        read_header(file).notices,
    )


def test_a_stated_view_says_that_a_stripped_file_is_a_mammogram(tmp_path: Path) -> None:
    stripped = {"Modality": None, "ImageLaterality": None, "ViewPosition": None}
    file = write(tmp_path / "a.dcm", dataset(sop_class=SC, **stripped))
    with pytest.raises(UnsupportedImageError):
        read_header(file)
    header = read_header(file, facts=StatedFacts(view=View.CC, spacing_mm=(0.07, 0.07)))
    assert header.view is View.CC
    assert "not-stored-as-mammography" in codes(header.notices)


@pytest.mark.parametrize(
    "names",
    [
        ("Row Spacing [mm]", "Column Spacing [mm]"),
        ("row_spacing(mm)", "COLUMN-SPACING (mm)"),
        ("RowSpacingMm", "ColumnSpacing"),
    ],
)
def test_columns_are_named_in_any_manner(tmp_path: Path, names: tuple[str, str]) -> None:
    text = f"File Name,{','.join(names)}\na.png,0.07,0.08\n"
    facts = read_facts(str(table(tmp_path / "t.csv", text)))
    assert facts.rows[0].facts.spacing_mm == (0.07, 0.08)
    assert facts.notices == ()


def test_a_spacing_in_another_unit_is_not_taken(tmp_path: Path) -> None:
    facts = read_facts(str(table(tmp_path / "t.csv", "file,Spacing [um]\na.png,70\n")))
    assert facts.rows[0].facts.spacing_mm is None
    assert codes(facts.notices) == ["facts-columns-unused"]


def test_rows_of_one_image_by_two_spellings_agree_or_are_refused(tmp_path: Path) -> None:
    file = picture(tmp_path / "a" / "x.png")
    for second, row in (("x.png", "L"), (str(file), "L")):
        text = f"file,side\na/x.png,L\n{second},{row}\n"
        assert find_exams([tmp_path], facts=read_facts(str(table(tmp_path / "t.csv", text)))).notices == ()
    facts = read_facts(str(table(tmp_path / "t.csv", "file,side\na/x.png,L\nx.png,R\n")))
    with pytest.raises(UsageError, match=r"line 3: contradicts line 2 about x\.png"):
        find_exams([tmp_path], facts=facts)


def test_a_short_path_may_be_of_the_image_that_no_longer_path_names(tmp_path: Path) -> None:
    files = [picture(tmp_path / place / "x.png", n) for n, place in enumerate("ab")]
    facts = read_facts(str(table(tmp_path / "t.csv", "file,side\na/x.png,L\nx.png,R\n")))
    listing = find_exams([tmp_path], facts=facts)
    sides = {h.path: h.laterality.value for exam in listing.exams for h in exam.headers}
    assert ([sides[file] for file in files], listing.notices) == (["L", "R"], ())


RSNA = "patient_id,image_id,laterality,view\n"


def test_a_public_table_of_other_images_is_told(tmp_path: Path) -> None:
    picture(tmp_path / "7" / "8.png")
    path = table(tmp_path / "t.csv", RSNA + "1,2,L,CC\n")
    listing = find_exams([tmp_path], facts=read_facts(f"rsna:{path}"))
    assert codes(listing.notices) == ["facts-fit-nothing"]
    path = table(tmp_path / "t.csv", RSNA + "1,2,L,CC\n7,8,L,CC\n")
    assert find_exams([tmp_path], facts=read_facts(f"rsna:{path}")).notices == ()


def test_what_is_not_understood_in_a_public_table_is_told_by_line(tmp_path: Path) -> None:
    path = table(tmp_path / "t.csv", RSNA + "1,2,Q,CC\n1,3,R,AT\n1,4,R\n1,5,,nan\n1,6,L,CC\n")
    facts = read_facts(f"rsna:{path}")
    assert [(row.line, row.facts.view) for row in facts.rows] == [
        (2, View.CC),
        (3, None),
        (5, None),
        (6, View.CC),
    ]
    (notice,) = facts.notices
    assert notice.text.endswith(
        "states nothing: line 2 has the side 'Q'; line 3 has the view 'AT'; line 4 has 3 cells of 4."
    )
