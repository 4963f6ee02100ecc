"""Reading files away from the GUI thread; a bad file stops no other."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Sequence
from pathlib import Path
from typing import Any

from napari_bac.layout.first_layer import make_ready
from napari_bac.session.workers import GeneratorWorker, create_worker
from napari_bac.views.exam_choice import apart_words, chosen_exams
from napari_bac.views.opened_view import OpenedView, open_each
from shared_core import hosting as bac

Found = tuple[int, int, OpenedView | bac.UnusedFile | str]
"""(files read, files in all, what was found, or a sentence)."""


class ExamOpener:
    """Opens files and folders for a session.

    Each view is hung by `add` when it is read, in the order of the engine, and `changed` is called.
    """

    def __init__(
        self,
        add: Callable[[Iterable[OpenedView]], Any],
        say: Callable[[str], None],
        changed: Callable[[], None],
    ) -> None:
        self._add, self._say, self._changed = add, say, changed
        self._worker: GeneratorWorker[Found, None, None] | None = None
        self.hung = 0
        """Views that were hung since the beginning."""
        self._unused: list[bac.UnusedFile] = []
        self._about_exams = ""
        self._any = False
        """True also while a view is being hung: drawing it may let the next ones and the end come before."""
        self.done = 0
        self.total = 0

    @property
    def goes_on(self) -> bool:
        """Whether further views come to those that hang already."""
        return self.is_open and self.hung > 0

    @property
    def is_open(self) -> bool:
        """Whether files are being read."""
        return self._worker is not None

    def start(self, paths: Sequence[Path]) -> bool:
        """Begin to read; False, and a sentence, where that goes on already."""
        if self._worker is not None:
            self._say("Files are already being opened; wait until that is finished.")
            return False
        self._unused, self._about_exams, self._any = [], "", False
        self.hung, self.done, self.total = 0, 0, 0
        worker: GeneratorWorker[Found, None, None] = create_worker(
            found_views, tuple(paths), _start_thread=False, _ignore_errors=True
        )
        worker.yielded.connect(self._on_found)
        worker.errored.connect(lambda error: self._end(f"The files could not be opened: {error}"))
        worker.returned.connect(lambda _nothing: self._end(""))
        self._worker = worker
        worker.start()
        self._changed()
        # While the first file is being read.
        make_ready()
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
            self._any = True
            # The first is seen while the others are read.
            self._add([view])
            self.hung += 1
        elif isinstance(view, bac.UnusedFile):
            self._unused.append(view)
        else:
            self._about_exams = view
        self._changed()

    def _end(self, sentence: str) -> None:
        if self._worker is None:
            return
        self._worker = None
        told = sentence or "\n".join(filter(None, (self._about_exams, *bac.unused_sentences(self._unused))))
        if told or not self._any:
            self._say(told or "No mammograms were found.")
        self._changed()


def found_views(paths: Sequence[Path]) -> Generator[Found, None, None]:
    """Read the mammograms among files and folders, one after another; of a folder the latest exam."""
    listing = bac.find_exams(paths)
    exams, sentence = chosen_exams(listing, paths)
    total = sum(len(exam.headers) for exam in exams)
    if about := "\n".join(filter(None, (sentence, *apart_words(exams)))):
        yield 0, total, about
    for file in listing.unused:
        yield 0, total, file
    for done, found in enumerate(open_each(exams), start=1):
        yield done, total, found
