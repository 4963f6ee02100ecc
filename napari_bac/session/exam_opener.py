"""Reading files away from the GUI thread; a bad file stops no other."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Sequence
from pathlib import Path
from typing import Any

from napari_bac.session.workers import GeneratorWorker, create_worker
from napari_bac.views.exam_choice import apart_words, chosen_exams, worth_telling
from napari_bac.views.opened_view import NotOpened, OpenedView, open_each
from shared_core import hosting as bac

MOST_NAMED = 3
"""Files that one sentence names."""

Found = tuple[int, int, OpenedView | NotOpened | str]
"""(files read, files in all, what was found, or a sentence)."""


class ExamOpener:
    """Opens files and folders for a session: `add` hangs the views, and `changed` is called as it goes on."""

    def __init__(
        self,
        add: Callable[[Iterable[OpenedView]], Any],
        say: Callable[[str], None],
        changed: Callable[[], None],
    ) -> None:
        self._add, self._say, self._changed = add, say, changed
        self._worker: GeneratorWorker[Found, None, None] | None = None
        self._opened: list[OpenedView] = []
        self._refused: list[NotOpened] = []
        self.done = 0
        self.total = 0

    @property
    def is_open(self) -> bool:
        """Whether files are being read."""
        return self._worker is not None

    def start(self, paths: Sequence[Path]) -> bool:
        """Begin to read; False, and a sentence, where that goes on already."""
        if self._worker is not None:
            self._say("Files are already being opened; wait until that is finished.")
            return False
        self._opened, self._refused, self.done, self.total = [], [], 0, 0
        worker: GeneratorWorker[Found, None, None] = create_worker(
            found_views, tuple(paths), _start_thread=False, _ignore_errors=True
        )
        worker.yielded.connect(self._on_found)
        worker.errored.connect(lambda error: self._end(f"The files could not be opened: {error}"))
        worker.returned.connect(lambda _nothing: self._end(""))
        self._worker = worker
        worker.start()
        self._changed()
        return True

    def stop(self) -> None:
        """Read no more, and say nothing."""
        if self._worker is not None:
            self._worker.quit()
            self._worker = None

    def _on_found(self, found: Found) -> None:
        if self._worker is None:
            return
        self.done, self.total, view = found
        if isinstance(view, OpenedView):
            self._opened.append(view)
        elif isinstance(view, NotOpened):
            self._refused.append(view)
        else:
            self._say(view)
        self._changed()

    def _end(self, sentence: str) -> None:
        if self._worker is None:
            return
        self._worker = None
        # All at once, so that an exam hangs together.
        self._add(self._opened)
        if sentence or self._refused or not self._opened:
            self._say(sentence or refused_words(self._refused))
        self._opened = []
        self._changed()


def found_views(paths: Sequence[Path]) -> Generator[Found, None, None]:
    """Read the mammograms among files and folders, one after another; of a folder the latest exam."""
    listing = bac.find_exams(paths)
    exams, sentence = chosen_exams(listing, paths)
    total = sum(len(exam.headers) for exam in exams)
    for words in filter(None, (sentence, *apart_words(exams))):
        yield 0, total, words
    for file in worth_telling(listing, paths) if total else listing.rejected:
        yield 0, total, NotOpened(file.path, file.reason)
    for done, found in enumerate(open_each(exams), start=1):
        yield done, total, found


def refused_words(refused: Sequence[NotOpened]) -> str:
    """One sentence on the files that were left out."""
    if not refused:
        return "No mammograms were found."
    named = "; ".join(file.reason for file in refused[:MOST_NAMED])
    more = len(refused) - MOST_NAMED
    return f"Not opened: {named}" + (f"; and {more} more" if more > 0 else "")
