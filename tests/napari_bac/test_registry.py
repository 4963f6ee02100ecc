"""One session a viewer; what is closed is forgotten, with all that hung on it."""

from __future__ import annotations

import napari

from napari_bac.session.batch_list import batches_of
from napari_bac.session.exam_session import ExamSession
from napari_bac.session.registry import session_of
from napari_bac.session.timeline import series_of


def test_a_closed_session_gives_way_to_a_new_one_that_its_end_leaves_alone(
    viewer: napari.Viewer, session: ExamSession
) -> None:
    assert session_of(viewer) is session
    session.close()
    second = session_of(viewer)
    assert second is not session
    # Once more, as the window does when it goes.
    session.close()
    assert session_of(viewer) is second
    second.close()


def test_the_series_and_the_batch_of_a_session_end_with_it(session: ExamSession) -> None:
    series, batches = series_of(session), batches_of(session)
    assert series_of(session) is series
    assert batches_of(session) is batches
    session.close()
    assert series_of(session) is not series
    assert batches_of(session) is not batches
