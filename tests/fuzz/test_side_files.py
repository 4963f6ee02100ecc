"""No file beside the images makes a reader fail other than with one sentence, or takes it along.

`FUZZ_FILES=3000` tries so many of each kind; the suite tries a few, the same ones each time.
"""

from __future__ import annotations

import json
import os
import random
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest

from shared_core.cli.demo_truth import read_truth
from shared_core.cohort.exam_mark import read_mark
from shared_core.cohort.resume import is_whole
from shared_core.documents import DocumentError, known_part
from shared_core.errors import OpenBacError
from shared_core.inference.foreign.exported_program import require_harmless
from shared_core.inference.foreign.facts import StatedFacts as ImportFacts
from shared_core.inference.foreign.monai_bundle import bundle_at, stated_by
from shared_core.mammogram import Exam
from shared_core.mass.site_calibration import Calibration
from shared_core.pacs.inbox import _Mark as InboxMark
from shared_core.reading.facts.table_reading import read_facts
from shared_core.records.canonical_json import json_bytes
from shared_core.records.patient_timeline import dated_exams, timeline
from shared_core.records.record_reading import read_record
from shared_core.records.record_types import ExamRecord, ResultsDocument, RunRecord, ViewRecord
from shared_core.records.results_folder import check_same_settings, read_results, read_table, serial_exams
from shared_core.records.tables import exams_csv, views_csv
from shared_core.records.written_views import measurement_of
from shared_core.training.data.label_studio import read_label_studio
from shared_core.training.data.line_file import read_lines
from shared_core.training.data.mdai import read_mdai
from shared_core.training.data.patch_store import _read_json, _read_records
from shared_core.training.data.split import Split, read_split
from shared_core.training.evaluation.rows_file import RowsFile
from shared_core.training.recipe import list_recipes, load_recipe, recipe_text
from shared_core.weights.card_json import card_json, parse_card
from shared_core.weights.registry import list_models
from tests.fuzz.mutations import mutated_csv, mutated_json, mutated_toml
from tests.record_builders import a_run, a_view, an_exam
from tests.time_limit import within

FILES = int(os.environ.get("FUZZ_FILES", "60"))
LONGEST_S = 20.0


class Kind(NamedTuple):
    name: str
    sound: bytes
    mutate: Callable[[bytes, random.Random], bytes]
    read: Callable[[Path], object]


def views() -> list[ViewRecord]:
    return [a_view(label) for label in ("LCC", "LMLO", "RCC", "RMLO")]


def of_view(path: Path) -> None:
    record = read_record(path, ViewRecord)
    measurement_of(record)
    views_csv([record])
    json_bytes(record)


def of_exam(path: Path) -> None:
    exams_csv([read_record(path, ExamRecord)])


def of_document(path: Path) -> None:
    for results in (read_results(path),):
        check_same_settings([results])
        serial_exams(results)


def of_folder(path: Path) -> None:
    """Of a folder of results in which one table is changed."""
    other = "exams.csv" if path.name == "views.csv" else "views.csv"
    sound = exams_csv([an_exam(study_date="20200131")]) if other == "exams.csv" else views_csv(views())
    path.with_name(other).write_bytes(sound)
    results = read_results(path.parent)
    check_same_settings([results])
    patients, _ = dated_exams(results)
    for exams in patients.values():
        timeline(exams)
    serial_exams(results)


def of_run(path: Path) -> None:
    read_record(path, RunRecord)


def of_edited(path: Path) -> None:
    (path.parent / "views.csv").write_bytes(views_csv(views()))
    (path.parent / "exams.csv").write_bytes(exams_csv([an_exam(study_date="20200131")]))
    dated_exams(read_results(path.parent))


def of_mark(path: Path) -> None:
    mark = read_mark(path.parent.parent, path.parent.name, path.name)
    if mark is not None:
        is_whole(mark, Exam(key="e", patient_id="", study_date="", headers=()), [], path.parent)


MARK = {
    "made": {"model": {"name": "x"}},
    "inputs": [{"file": "a", "size_bytes": 1, "mtime_ns": 2}],
    "listing_sha256": "0" * 64,
    "results": {"a.json": 3},
    "exam": {},
}
MDAI = {
    "labelGroups": [{"labels": [{"id": "L_1", "name": "BAC", "annotationMode": "line"}]}],
    "datasets": [
        {
            "annotations": [
                {
                    "id": "A_1",
                    "labelId": "L_1",
                    "SOPInstanceUID": "1.2",
                    "height": 200,
                    "width": 100,
                    "data": {"vertices": [[1, 2], [3, 4.5]]},
                }
            ]
        }
    ],
}
LABEL_STUDIO = [
    {
        "data": {"image": "/data/upload/a.png"},
        "annotations": [
            {
                "was_cancelled": False,
                "result": [
                    {
                        "type": "polygonlabels",
                        "original_width": 100,
                        "original_height": 200,
                        "image_rotation": 0,
                        "value": {"points": [[1, 2], [3, 4], [5, 6]], "polygonlabels": ["BAC"]},
                    },
                    {
                        "type": "brushlabels",
                        "original_width": 100,
                        "original_height": 200,
                        "value": {"rle": [0, 1, 56, 128], "brushlabels": ["BAC"]},
                    },
                ],
            }
        ],
    }
]
LINES = {
    "a.png": {
        "lines": [[[1, 2], [3, 4]]],
        "uncertain_lines": [],
        "other_calcification": [[1, 2, 3, 4]],
        "confidence": "certain",
    },
    "note": "drawn by hand",
}
CALIBRATION = {
    "device_serial": "S1",
    "points": [{"k": 1.0, "kvp": 28.0, "anode": "W", "filter_material": "Rh", "thickness_mm": 45.0}],
}


TRUTH = {
    "rows": 100,
    "columns": 80,
    "laterality": "L",
    "view": "CC",
    "spacing_mm": 0.07,
    "truth": {"mass_mg": 1.5, "vessels": [{"length_mm": 10.0}]},
}
MONAI = {
    "network_data_format": {
        "inputs": {"image": {"spatial_shape": [512, 512], "num_channels": 1}},
        "outputs": {"pred": {"num_channels": 2, "channel_def": {"0": "background", "1": "BAC"}}},
    }
}
PROGRAM = {"graph_module": {"graph": {"nodes": [{"target": "torch.ops.aten.relu.default", "inputs": []}]}}}
FACTS = b"file,patient,study_date,side,view,spacing_mm\na.png,P1,2020-01-31,L,CC,0.07\nb.png,P1,,R,MLO,\n"


def as_json(content: Any) -> bytes:
    return json.dumps(content).encode()


def kinds() -> list[Kind]:
    card = list_models()[0]
    split = Split(*([()] * len(Split.__struct_fields__))) if hasattr(Split, "__struct_fields__") else None
    document = ResultsDocument(run=a_run(), views=tuple(views()), exams=(an_exam(study_date="20200131"),))
    edited = {"arguments": {"views": [{"file": "a", "edited_by_hand": True}]}}
    return [
        Kind("view.json", json_bytes(a_view("LCC")), mutated_json, of_view),
        Kind("exam.json", json_bytes(an_exam(study_date="20200131")), mutated_json, of_exam),
        Kind("run_of_results.json", json_bytes(a_run()), mutated_json, of_run),
        Kind("results.json", json_bytes(document), mutated_json, of_document),
        Kind("views.csv", views_csv(views()), mutated_csv, of_folder),
        Kind("exams.csv", exams_csv([an_exam(study_date="20200131")]), mutated_csv, of_folder),
        Kind("other.csv", b"name,area\na,1.5\nb,2\n", mutated_csv, read_table),
        Kind("run.json", as_json(edited), mutated_json, of_edited),
        Kind(".finished", as_json(MARK), mutated_json, of_mark),
        Kind("mdai.json", as_json(MDAI), mutated_json, read_mdai),
        Kind("label_studio.json", as_json(LABEL_STUDIO), mutated_json, read_label_studio),
        Kind("lines.json", as_json(LINES), mutated_json, read_lines),
        Kind("split.json", as_json(msgspec.to_builtins(split)), mutated_json, read_split),
        Kind("rows.jsonl", b'{"model":"m"}\n{"number":1}\n', mutated_json_lines, rows),
        Kind("manifest.json", as_json({"made_of": {}, "complete": True}), mutated_json, _read_json),
        Kind("views.jsonl", as_json({"corners_px": [[0, 0]]}) + b"\n", mutated_json_lines, records),
        Kind("calibration.json", as_json(CALIBRATION), mutated_json, Calibration.load),
        Kind("card.json", card_json(card, "card"), mutated_json, card_of),
        Kind("recipe.toml", recipe_text(list_recipes()[0]).encode(), mutated_toml, load_recipe),
        Kind("truth.json", as_json(TRUTH), mutated_json, read_truth),
        Kind("metadata.json", as_json(MONAI), mutated_json, monai),
        Kind("program.json", as_json(PROGRAM), mutated_json, program),
        Kind("facts.csv", FACTS, mutated_csv, facts),
        Kind("inbox.json", as_json({"images": {"a.dcm": [1, 2]}}), mutated_json, inbox_mark),
    ]


def mutated_json_lines(content: bytes, chance: random.Random) -> bytes:
    lines = content.split(b"\n")
    place = chance.randrange(max(len(lines) - 1, 1))
    lines[place] = mutated_json(lines[place], chance)
    return b"\n".join(lines)


def rows(path: Path) -> None:
    RowsFile(path, {"model": "m"})


def records(path: Path) -> None:
    _read_records(path.parent)


def card_of(path: Path) -> None:
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return
    parse_card(text, "card")


def facts(path: Path) -> None:
    read_facts(str(path))


def monai(path: Path) -> None:
    folder = path.parent / "configs"
    folder.mkdir(exist_ok=True)
    (folder / path.name).write_bytes(path.read_bytes())
    bundle = bundle_at(path.parent)
    assert bundle is not None
    stated_by(bundle, ImportFacts())


def program(path: Path) -> None:
    packed = path.with_suffix(".pt2")
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a/models/model.json", path.read_bytes())
    require_harmless(packed)


def inbox_mark(path: Path) -> None:
    with suppress(DocumentError):
        known_part(path.read_bytes(), InboxMark)


@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.name)
def test_side_file_gives_one_sentence(kind: Kind, tmp_path: Path) -> None:
    chance = random.Random(f"{os.environ.get('FUZZ_SEED', '20')}/{kind.name}")
    path = tmp_path / kind.name
    refused = 0
    for number in range(FILES):
        content = kind.mutate(kind.sound, chance)
        path.write_bytes(content)
        said = "."
        try:
            with within(LONGEST_S):
                kind.read(path)
        except OpenBacError as error:
            refused += 1
            said = str(error)
        except Exception as error:
            raise AssertionError(f"number {number}: {content[:400]!r}") from error
        assert said
        assert "Traceback" not in said
        assert "\n" not in said
    assert refused or kind.name in (".finished", "inbox.json", "run.json")


def test_the_page_says_how_many_kinds_are_damaged() -> None:
    page = Path(__file__).parents[2] / "docs" / "security.md"
    assert f"files of each of {len(kinds())} kinds beside them" in page.read_text("utf-8")


@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.name)
def test_sound_side_file_is_read(kind: Kind, tmp_path: Path) -> None:
    """So that what is changed above is what a reader looks at."""
    if kind.name in ("view.json", "split.json", "rows.jsonl", "calibration.json", "label_studio.json"):
        pytest.skip("what is changed here is a part of such a file")
    path = tmp_path / kind.name
    path.write_bytes(kind.sound)
    kind.read(path)
