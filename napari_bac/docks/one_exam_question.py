"""Views of two exams have no numbers together: offer to close the earlier one, once."""

from __future__ import annotations

from functools import partial

from napari_bac.docks.question_box import Question, QuestionBox
from napari_bac.session.exam_session import ExamSession
from napari_bac.session.exam_swap import close_exam
from napari_bac.views.open_exams import exam_keys, exam_words, whose_words


class OneExamQuestion:
    """Asks in a box whenever other exams are open than before."""

    def __init__(self, session: ExamSession, box: QuestionBox) -> None:
        self._session, self._box = session, box
        self._asked: tuple[str, ...] = ()

    def ask(self) -> None:
        """Ask where several exams are open and that was not asked yet."""
        views = self._session.views.values()
        keys, before = exam_keys(views), self._asked
        self._asked = keys
        if len(keys) < 2 or set(keys) == set(before):
            return
        first = min(views, key=lambda view: view.number).opened.exam_key
        whose = exam_words(views, first)
        self._box.ask(
            "exams",
            Question(
                f"{whose_words(views)} Close the one that was opened first?",
                tuple(view.key for view in views),
                (f"Close {whose}", partial(close_exam, self._session, first)),
                ("Keep all", lambda: None),
            ),
        )
