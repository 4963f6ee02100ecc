"""The model on some volumes, in child processes; nothing here waits, or knows of windows.

Whoever started a run calls `advance` from time to time until it is over. Views come from their files where
their pixels are those of the file: then mask and numbers are those of the console to the byte.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

import slicer

from BACSegmentationLib import engine
from BACSegmentationLib.mammograms import mammogram_of
from BACSegmentationLib.parameters import Device
from BACSegmentationLib.process import EngineProcess, Event, ProcessError, scratch_folder
from BACSegmentationLib.remedies import error_words
from BACSegmentationLib.translation import tr as _
from shared_core import hosting as bac

State = Literal["running", "done", "cancelled", "failed"]

GONE: Final = _(
    "The temporary folder {folder} was removed while the model ran, with its results; press Apply again."
)
CANCELLED: Final = _("Cancelled. Nothing was changed.")
_TWICE: Final = _("was left out, as the same image was given twice")
_ENDED: Final = (0, 1)  # exit codes of an engine that came to its end: all went well, or some images failed
_OPTIONS: Final = ("--progress", "json", "--no-pictures", "--probability")


@dataclass(frozen=True)
class RunRequest:
    """What is to run."""

    volume_ids: tuple[str, ...]
    """MRML IDs: nodes may be deleted meanwhile."""
    model: str = ""
    """Name or path of a card; empty for the default."""
    device: Device = "auto"
    threshold: float | None = None
    """None takes the card's."""


@dataclass(frozen=True, eq=False)
class SegmentedView:
    """What the model made of a volume."""

    volume_id: str
    record: bac.ViewRecord
    mask: Any
    """(rows, columns) bool."""
    probability_png: bytes = b""
    """What the mask was cut from, packed as `probability_of` reads it; empty where it is not known."""
    other: Any = None
    """(rows, columns) bool: calcification that is not along an artery; None where the model cannot tell."""


@dataclass(eq=False)
class _Input:
    volume_id: str
    name: str
    file: Path
    header: Any
    spacing: str  # of ``--spacing-mm``; empty where the file knows it


@dataclass(eq=False)
class SegmentationRun:
    """A run and how far it is."""

    request: RunRequest
    state: State = "running"
    message: str = _("Reading the images")
    """What happens, what ran, or why it ended."""
    views: list[SegmentedView] = field(default_factory=list)
    failures: list[tuple[str, str]] = field(default_factory=list)
    """(volume, sentence)."""
    seconds: float = 0.0
    _folder: Path | None = None
    _left: list[str] = field(default_factory=list)
    _inputs: list[_Input] = field(default_factory=list)
    _batches: list[list[_Input]] = field(default_factory=list)
    _batch: list[_Input] = field(default_factory=list)
    _child: EngineProcess | None = None
    _tiles: dict[str, float] = field(default_factory=dict)
    _began: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        self._left = list(self.request.volume_ids)

    @property
    def running(self) -> bool:
        """Whether it is not over."""
        return self.state == "running"

    @property
    def share(self) -> float:
        """Of the work, 0 to 1."""
        return min(sum(self._tiles.values()) / max(len(self.request.volume_ids), 1), 1.0)

    @property
    def child_pid(self) -> int | None:
        """Of the engine's process, while there is one."""
        return self._child.pid if self._child is not None else None

    def advance(self) -> bool:
        """Go one step on, in at most the time that reading one image takes; whether it is still running."""
        if self.running:
            try:
                self._step()
            except ProcessError as error:
                self._end("failed", str(error))
            except (OSError, bac.OutputError, bac.UnreadableImageError):
                if self._folder is None or self._folder.is_dir():
                    raise
                self._end("failed", GONE.format(folder=self._folder))
        return self.running

    def cancel(self, message: str = CANCELLED, *, state: State = "cancelled") -> None:
        """End it, with all its processes."""
        if self.running:
            self._end(state, message)

    @property
    def _scratch(self) -> Path:
        if self._folder is None:
            self._folder = scratch_folder()
        return self._folder

    def _step(self) -> None:
        if self._left:
            self._take_in(self._left.pop(0))
            if not self._left:
                self._batches = _by_spacing(self._inputs)
        elif self._child is not None:
            self._listen(self._child)
        elif self._batches:
            self._start(self._batches.pop(0))
        else:
            self._finish()

    def _take_in(self, volume_id: str) -> None:
        volume = slicer.mrmlScene.GetNodeByID(volume_id)
        if volume is None:
            self.failures.append((volume_id, _("was removed from the scene before it was read")))
            return
        name = volume.GetName()
        self.message = _("Reading {name}").format(name=name)
        try:
            mammogram = mammogram_of(volume)
        except bac.OpenBacError as error:
            self.failures.append((name, error_words(error)))
            return
        header = mammogram.header
        file = header.path if header.path is not None else self._write(mammogram, len(self._inputs))
        known, spacing = header.spacing, ""
        if known is not None and (header.path is None or known.source is bac.SpacingSource.USER):
            spacing = f"{known.row_mm!r},{known.column_mm!r}"
        self._inputs.append(_Input(volume_id, name, file.absolute(), header, spacing))

    def _write(self, mammogram: Any, number: int) -> Path:
        """A file for an image that has none of its own; named by its view, which the engine understands."""
        label = mammogram.header.view_label
        path = self._scratch / f"image-{number}" / f"{'image' if '?' in label else label}.tif"
        bac.write_bytes(path, bac.lossless_tiff(mammogram.pixels))
        return path

    def _start(self, batch: list[_Input]) -> None:
        request = self.request
        options = [*_OPTIONS, "--device", request.device]
        options += ["--model", request.model] if request.model else []
        options += ["--threshold", repr(request.threshold)] if request.threshold is not None else []
        options += ["--spacing-mm", batch[0].spacing] if batch[0].spacing else []
        files = list(dict.fromkeys(str(one.file) for one in batch))
        folder = self._scratch / f"run-{len(self._batches)}"
        # An image that has no file gets its facts with its header.
        stated = {one.file: one.header.stated for one in batch if one.header.path and one.header.stated}
        if stated:
            table = self._scratch / f"facts-{len(self._batches)}.csv"
            bac.write_bytes(table, bac.facts_table(stated))
            options += ["--facts", str(table)]
        child = EngineProcess(
            ["analyze", *files, "-o", str(folder / "results"), *options],
            engine_folder=engine.folder(),
            scratch=folder,
        )
        child.start()
        self._batch, self._child = batch, child
        self.message = _("Loading the model")

    def _listen(self, child: EngineProcess) -> None:
        # Asked before what it said is read: what it says last comes before its end.
        code = child.exit_code
        for event in child.events():
            self._hear(event)
        if code is None:
            return
        self._child = None
        # What is written into the folder makes it anew: what was there before is looked for as well.
        own = (one.file for one in self._inputs if one.header.path is None)
        if not all(path.exists() for path in (self._scratch, *own)):
            raise ProcessError(GONE.format(folder=self._scratch))
        why = "" if code in _ENDED else child.why_ended
        if (child.results_folder / "views.csv").is_file():
            self._collect(child.results_folder, why)
        else:
            self.failures += [(one.name, why or child.why_ended) for one in self._batch]

    def _hear(self, event: Event) -> None:
        kind, file = event["event"], str(event.get("file", ""))
        name = next((one.name for one in self._batch if str(one.file) == file), "")
        if kind == "tile":
            self._tiles[file] = event["done"] / max(event["total"], 1) * 0.99
            self.message = _("Segmenting {name}: {done} of {total}").format(
                name=name, done=event["done"], total=event["total"]
            )
        elif kind == "image":
            self._tiles[file] = 1.0

    def _collect(self, results: Path, why_ended: str) -> None:
        written = bac.read_written(results)
        unused = {str(file.path): file.text for file in bac.read_unused(results) if not file.used}
        for one in self._batch:
            file = str(one.file)
            view = written.views.get(file)
            if view is None:
                reason = written.failures.get(file) or unused.get(file) or why_ended
                self.failures.append((one.name, reason or _TWICE))
                continue
            header = one.header
            shape = header.rows, header.columns
            mask = bac.read_mask(view.mask, shape)
            other = bac.read_mask(view.other, shape) if view.other is not None else None
            if header.path is None:
                record = bac.with_header(view.record, header, file=one.name)
            else:
                record = bac.with_notices_of(view.record, header)
            probability = view.probability.read_bytes() if view.probability is not None else b""
            self.views.append(SegmentedView(one.volume_id, record, mask, probability, other))

    def _finish(self) -> None:
        if self.views:
            self._end("done", "")
        else:
            self._end("failed", _sentence(self.failures) or _("There was nothing to segment."))

    def _end(self, state: State, message: str) -> None:
        self.seconds = time.monotonic() - self._began
        if self._child is not None:
            self._child.cancel()
            self._child = None
        self.state = state
        self.message = message or self._summary()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)

    def _summary(self) -> str:
        model = self.views[0].record.provenance
        ran = _("{views}: {model} on {device} ({backend}), {seconds:.0f} s.").format(
            views=bac.counted(len(self.views), "view"),
            model=model["model_name"],
            device=model["device"],
            backend=model["backend"],
            seconds=self.seconds,
        )
        failed = [_("Failed: {reasons}").format(reasons=_sentence(self.failures))] if self.failures else []
        return " ".join([ran, *failed])


def _by_spacing(inputs: Sequence[_Input]) -> list[list[_Input]]:
    """One child takes one ``--spacing-mm`` for all of its files."""
    batches: dict[str, list[_Input]] = {}
    for one in inputs:
        batches.setdefault(one.spacing, []).append(one)
    return list(batches.values())


def _sentence(failures: Sequence[tuple[str, str]]) -> str:
    """Each reason once, with the names it is about unless it names them."""
    names: dict[str, list[str]] = {}
    for name, reason in failures:
        names.setdefault(reason, []).append(name)
    return " ".join(
        reason if all(name in reason for name in about) else f"{', '.join(about)}: {reason}"
        for reason, about in names.items()
    )
