"""Edits are saved after the last stroke and come back, also after a process that was killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from napari_bac.session import autosave
from napari_bac.session.edit_store import EditStore, SavedEdits, image_name
from napari_bac.session.exam_session import ExamSession
from napari_bac.session.registry import session_of
from napari_bac.views.opened_view import OpenedView, open_view
from tests.napari_bac import pictures

ROOT = Path(__file__).resolve().parents[2]

_PAINTER = """
import sys
import time
import zlib
from pathlib import Path

import napari
import numpy as np
from qtpy.QtWidgets import QApplication

from napari_bac.session.registry import session_of

viewer = napari.Viewer(show=False)
session = session_of(viewer)
session.open([Path(sys.argv[1])])
layer = session.views["L-CC"].labels
layer.selected_label = 3
layer.paint((150, 100), 3)
layer.paint((170, 120), 3)
np.save(sys.argv[2], layer.data)
print("painted", flush=True)
while True:
    QApplication.processEvents()
    time.sleep(0.01)
"""


@pytest.fixture
def cache(own_cache: Path) -> Path:
    """Where edits are saved."""
    return own_cache / "edits"


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hand that rests for a short time only."""
    monkeypatch.setattr(autosave, "REST_MS", 20)


def _saved(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.edits")) if folder.is_dir() else []


def _paint(session: ExamSession, key: str = "L-CC") -> np.ndarray:
    layer = session.views[key].labels
    layer.selected_label = 3
    layer.paint((150, 100), 3)
    return np.array(layer.data)


def test_the_rest_is_two_seconds() -> None:
    assert autosave.REST_MS == 2000


@pytest.mark.pyside6
def test_edits_of_a_session_that_is_over_come_back_in_one_step_of_undo(
    viewer: Any, session: ExamSession, left_cc: OpenedView, quick: None, cache: Path, qtbot: Any
) -> None:
    session.add([left_cc])
    painted = _paint(session)
    qtbot.waitUntil(lambda: len(_saved(cache)) == 1)
    session.close()
    viewer.layers.clear()

    second = session_of(viewer)
    said: list[str] = []
    offered: list[str] = []
    second.signals.said.connect(said.append)
    second.signals.restorable_changed.connect(offered.append)
    second.add([left_cc])
    found = second.autosave.restorable("L-CC")
    assert found is not None
    assert offered == ["L-CC"]
    assert "Corrections" in said[0]
    assert found.when in said[0]
    assert not second.views["L-CC"].label_pixels().any()
    second.autosave.restore("L-CC")
    assert np.array_equal(second.views["L-CC"].label_pixels(), painted)
    assert second.autosave.restorable("L-CC") is None
    second.views["L-CC"].labels.undo()
    assert not second.views["L-CC"].label_pixels().any()
    second.close()


def test_closing_saves_at_once_what_waits(session: ExamSession, left_cc: OpenedView, cache: Path) -> None:
    session.add([left_cc])
    painted = _paint(session)
    assert _saved(cache) == []
    session.close()
    found = EditStore().find(image_name(left_cc))
    assert [np.array_equal(one.labels(), painted) for one in found] == [True]


def test_restored_edits_stay_on_disk_until_the_session_saved_its_own(
    viewer: Any, session: ExamSession, left_cc: OpenedView, quick: None, cache: Path, qtbot: Any
) -> None:
    session.add([left_cc])
    _paint(session)
    session.close()
    viewer.layers.clear()
    old = _saved(cache)
    second = session_of(viewer)
    second.add([left_cc])
    second.autosave.restore("L-CC")
    assert _saved(cache) == old
    qtbot.waitUntil(lambda: len(_saved(cache)) == 1 and _saved(cache) != old)
    second.close()


def test_discarded_edits_are_gone(
    viewer: Any, session: ExamSession, left_cc: OpenedView, quick: None, cache: Path
) -> None:
    session.add([left_cc])
    _paint(session)
    session.close()
    viewer.layers.clear()
    second = session_of(viewer)
    second.add([left_cc])
    second.autosave.discard("L-CC")
    assert second.autosave.restorable("L-CC") is None
    assert _saved(cache) == []
    second.close()


def test_new_edits_never_write_over_those_that_are_offered(
    viewer: Any, session: ExamSession, left_cc: OpenedView, quick: None, cache: Path, qtbot: Any
) -> None:
    session.add([left_cc])
    painted = _paint(session)
    session.close()
    viewer.layers.clear()
    second = session_of(viewer)
    second.add([left_cc])
    second.views["L-CC"].labels.paint((60, 60), 1)
    qtbot.waitUntil(lambda: len(_saved(cache)) == 2)
    found = second.autosave.restorable("L-CC")
    assert found is not None
    assert np.array_equal(found.labels(), painted)
    second.close()


def test_edits_taken_back_are_no_longer_kept(
    session: ExamSession, left_cc: OpenedView, quick: None, cache: Path, qtbot: Any
) -> None:
    session.add([left_cc])
    _paint(session)
    qtbot.waitUntil(lambda: len(_saved(cache)) == 1)
    session.views["L-CC"].labels.undo()
    qtbot.waitUntil(lambda: _saved(cache) == [])


def test_a_live_session_is_not_offered_its_own_edits(
    session: ExamSession, left_cc: OpenedView, quick: None, cache: Path, qtbot: Any
) -> None:
    session.add([left_cc])
    _paint(session)
    qtbot.waitUntil(lambda: len(_saved(cache)) == 1)
    session.add([left_cc])
    assert session.autosave.restorable("L-CC 2") is None


def test_a_view_taken_off_the_viewer_is_still_saved(
    session: ExamSession, left_cc: OpenedView, quick: None, cache: Path, qtbot: Any
) -> None:
    session.add([left_cc])
    _paint(session)
    session.viewer.layers.remove(session.views["L-CC"].labels)
    qtbot.waitUntil(lambda: len(_saved(cache)) == 1)


def test_a_cache_that_cannot_be_written_is_said_once(
    session: ExamSession, said: list[str], left_cc: OpenedView, quick: None, cache: Path, qtbot: Any
) -> None:
    cache.parent.mkdir(parents=True)
    cache.write_text("a file where the folder should be")
    session.add([left_cc])
    _paint(session)
    qtbot.waitUntil(lambda: any("could not be saved" in sentence for sentence in said))
    session.views["L-CC"].labels.paint((60, 60), 1)
    qtbot.wait(150)
    assert sum("could not be saved" in sentence for sentence in said) == 1


def test_damaged_files_are_passed_over(cache: Path, left_cc: OpenedView) -> None:
    store = EditStore()
    file = store.new_file(image_name(left_cc))
    file.parent.mkdir(parents=True)
    file.write_bytes(b'{"format": "openbac edits 1"}\nrubbish')
    store.close()
    assert EditStore().find(image_name(left_cc)) == []


def test_edits_of_a_size_that_no_image_has_are_not_unpacked(cache: Path, left_cc: OpenedView) -> None:
    """A few bytes could unpack to gigabytes."""
    store = EditStore()
    file = store.new_file(image_name(left_cc))
    file.parent.mkdir(parents=True)
    head = {
        "format": "openbac edits 1",
        "image": image_name(left_cc),
        "path": "",
        "began_as": None,
        "saved_at": "2026-01-31T10:00:00Z",
        "mask_style": "vessel-band",
        "shape": [20_000, 20_000],
    }
    packer = zlib.compressobj(1)
    packed = b"".join(packer.compress(bytes(1 << 20)) for _ in range(382)) + packer.flush()
    file.write_bytes(json.dumps(head).encode() + b"\n" + packed)
    store.close()
    resource = pytest.importorskip("resource", reason="Windows has no such limits and counts")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert EditStore().find(image_name(left_cc)) == []
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100 << 10


def test_an_older_write_never_follows_a_newer_one(cache: Path, left_cc: OpenedView) -> None:
    from dataclasses import replace
    from datetime import datetime, timezone

    from napari_bac.views.model_answer import KeptLabels

    store = EditStore()
    small = KeptLabels.of(pictures.labels())
    image = image_name(left_cc)
    new = SavedEdits(
        image,
        "",
        datetime.now(timezone.utc),
        "vessel-band",
        None,
        small.packed,
        small.shape,
        revision=2,
        file=store.new_file(image),
    )
    store.write(new)
    store.write(replace(new, revision=1, mask_style="calcium"))
    store.close()
    assert [found.mask_style for found in EditStore().find(image)] == ["vessel-band"]
    store.remove(new.file, revision=2)
    store.write(new)
    assert not new.file.exists()


def test_images_are_told_apart_by_uid_bytes_or_pixels(
    exam_folder: Path, left_cc: OpenedView, without_spacing: OpenedView
) -> None:
    names = {image_name(open_view(path)) for path in sorted(exam_folder.glob("*.dcm"))}
    assert len(names) == 4
    assert all(name.startswith("uid ") for name in names)
    assert image_name(left_cc) == image_name(without_spacing)
    assert image_name(left_cc).startswith("pixels ")


def test_edits_survive_a_killed_process(
    viewer: Any, session: ExamSession, exam_folder: Path, cache: Path, tmp_path: Path
) -> None:
    painter = tmp_path / "painter.py"
    painter.write_text(_PAINTER)
    environment = os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    arguments = [sys.executable, str(painter), str(exam_folder / "LCC.dcm"), str(tmp_path / "painted.npy")]
    with subprocess.Popen(arguments, env=environment, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "painted\n"
            until = time.monotonic() + 60
            while not _saved(cache) and time.monotonic() < until and process.poll() is None:
                time.sleep(0.05)
            assert len(_saved(cache)) == 1
        finally:
            process.send_signal(signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
    session.open([exam_folder / "LCC.dcm"])
    assert session.autosave.restorable("L-CC") is not None
    session.autosave.restore("L-CC")
    painted = np.load(tmp_path / "painted.npy")
    assert painted.any()
    assert np.array_equal(session.views["L-CC"].label_pixels(), painted)


def test_a_view_taken_off_and_opened_again_is_offered_its_edits(
    session: ExamSession, left_cc: OpenedView, cache: Path
) -> None:
    session.add([left_cc])
    painted = _paint(session)
    session.viewer.layers.clear()
    session.add([left_cc])
    found = session.autosave.restorable("L-CC")
    assert found is not None
    assert np.array_equal(found.labels(), painted)
