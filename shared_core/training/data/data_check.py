"""What is wrong with labelled views, found before anything is cut: masks, patients, pictures there twice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from shared_core.errors import Cancelled, OpenBacError, UsageError
from shared_core.notices import Remedy
from shared_core.preprocessing.greyscale import model_image_u8
from shared_core.progress import ProgressCallback
from shared_core.reading.reader import read_mammogram
from shared_core.training.data.looks import Look, look_of, near_duplicates
from shared_core.training.data.masks import read_label
from shared_core.training.data.split import SIDES, Side, Split
from shared_core.training.example import Identity, ViewFiles, ViewList, files_of

_NAMED = 5


@dataclass(frozen=True)
class CheckedView:
    """One view, looked at."""

    identity: Identity
    files: ViewFiles | None
    """None where the view is made, not read."""
    has_bac: bool | None
    """By its label; None where only cutting tells."""
    problem: str = ""
    """Why it cannot be used, in a sentence; empty where it can."""


@dataclass(frozen=True)
class SamePicture:
    """One picture in two files."""

    first: int
    second: int
    """Numbers of views."""
    correlation: float


@dataclass(frozen=True)
class PatientSummary:
    """What is there of one patient."""

    patient_id: str
    views: int
    has_bac: bool | None
    source: str
    """What says whose the images are."""
    doubt: str


@dataclass(frozen=True)
class SideSummary:
    """What is on one side of a split."""

    side: Side
    patients: int
    with_bac: int
    without_bac: int
    """Patients of whom it is known."""
    views: int


@dataclass(frozen=True)
class DataCheck:
    """Everything that was found."""

    views: tuple[CheckedView, ...]
    problems: tuple[str, ...] = ()
    """Of images and masks, a sentence each; any of them stops the training."""
    same_pictures: tuple[SamePicture, ...] = field(default=())
    """Of different patients."""

    @property
    def empty_masks(self) -> tuple[Path, ...]:
        """Masks without a pixel: right where there is no BAC, and wrong where nobody has drawn yet."""
        return tuple(
            view.files.mask
            for view in self.views
            if view.has_bac is False and view.files is not None and view.files.mask is not None
        )

    def of_first(self, count: int) -> DataCheck:
        """Of the first views alone; with the problems of all."""
        pairs = tuple(same for same in self.same_pictures if max(same.first, same.second) < count)
        return replace(self, views=self.views[:count], same_pictures=pairs)

    def has_bac(self) -> dict[str, bool]:
        """By patient, as far as labels say: BAC in one view is BAC of the patient."""
        return {one.patient_id: one.has_bac for one in self.patients() if one.has_bac is not None}

    def patients(self) -> tuple[PatientSummary, ...]:
        """Sorted by name."""
        of: dict[str, list[CheckedView]] = defaultdict(list)
        for view in self.views:
            of[view.identity.patient_id].append(view)
        return tuple(_summary(patient, of[patient]) for patient in sorted(of))

    def sides(self, split: Split) -> tuple[SideSummary, ...]:
        """The mix of labels on each side that has patients."""
        known = {one.patient_id: one for one in self.patients()}
        found = []
        for side in SIDES:
            own = [known[name] for name in split.patients(side) if name in known]
            if own:
                bac = [one.has_bac for one in own]
                count = sum(one.views for one in own)
                found.append(SideSummary(side, len(own), bac.count(True), bac.count(False), count))
        return tuple(found)

    def doubts(self) -> tuple[str, ...]:
        """Of whose images are, each once."""
        return tuple(dict.fromkeys(one.doubt for one in self.patients() if one.doubt))

    def refuse(self) -> None:
        """Raise a `UsageError` where an image or mask cannot be used, or it is in doubt whose images are."""
        if self.problems:
            raise UsageError(
                f"{len(self.problems)} images or masks cannot be used: {_some(self.problems)}."
                if len(self.problems) > 1
                else self.problems[0]
            )
        doubts = self.doubts()
        if doubts:
            raise UsageError(
                f"It is in doubt which images are of one patient: {_some(doubts)}.", Remedy.STATE_PATIENTS
            )

    def refuse_same_pictures(self, side_of: Mapping[str, str] | None = None) -> None:
        """Raise a `UsageError` where patients of two sides, or any two without `side_of`, share a picture."""
        for same in self.same_pictures:
            one, other = self.views[same.first].identity, self.views[same.second].identity
            sides = ["", ""]
            if side_of is not None:
                of_both = [side_of.get(identity.patient_id) for identity in (one, other)]
                # Who is on no side neither teaches nor judges.
                if of_both[0] == of_both[1] or None in of_both:
                    continue
                sides = [f" ({side_of.get(identity.patient_id)})" for identity in (one, other)]
            raise UsageError(
                f"{one.view_id} of patient {one.patient_id}{sides[0]} is nearly the same picture as "
                f"{other.view_id} of patient {other.patient_id}{sides[1]}, "
                f"correlation {same.correlation:.2f}; name both patients alike, or leave one out."
            )

    def refuse_split(self, split: Split) -> None:
        """Raise a `UsageError` where a picture is on two sides, or nothing on one side has BAC."""
        self.refuse_same_pictures({patient: side for side in SIDES for patient in split.patients(side)})
        for side in self.sides(split):
            if side.side != "test" and not side.with_bac and side.without_bac == side.patients:
                raise UsageError(
                    f"The {side.side} side of the split has no view with BAC (patients: {side.patients}); "
                    "add patients with BAC, or give another split."
                )


def check_data(
    source: ViewList,
    *,
    problems: Iterable[str] = (),
    workers: int = 1,
    progress: ProgressCallback | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> DataCheck:
    """Read every image and mask once, and compare all pictures with each other.

    Parameters
    ----------
    problems
        That were found before, such as images without a mask.
    progress
        Called with (done, total) files.
    """
    identities = [source.identity(number) for number in range(len(source))]
    files = [files_of(source, number) for number in range(len(source))]
    first_of: dict[tuple[Path, Path | None], int] = {}
    for number, own in enumerate(files):
        if own is not None:
            first_of.setdefault((own.image, own.mask), number)
    places = list(first_of.values())
    looked: dict[int, _Looked] = {}
    with ThreadPoolExecutor(max(workers, 1)) as pool:
        reading = partial(_look_at, cancelled=cancelled)
        for done, (number, found) in enumerate(
            zip(places, pool.map(reading, [files[number] for number in places]), strict=True), 1
        ):
            looked[number] = found
            if progress is not None:
                progress(done, len(places))
    views = tuple(
        _checked(identity, own, None if own is None else looked[first_of[own.image, own.mask]])
        for identity, own in zip(identities, files, strict=True)
    )
    wrong = [*problems, *(looked[number].problem for number in places if looked[number].problem)]
    seen = [number for number in places if looked[number].look is not None]
    return DataCheck(views, tuple(wrong), _same_pictures(views, seen, looked))


@dataclass(frozen=True, eq=False)
class _Looked:
    has_bac: bool | None
    problem: str
    look: Look | None


def _look_at(files: ViewFiles | None, cancelled: Callable[[], bool] | None) -> _Looked:
    assert files is not None
    if cancelled is not None and cancelled():
        raise Cancelled("Checking the data was stopped.")
    try:
        mammogram = read_mammogram(files.image)
        image_u8, _ = model_image_u8(mammogram)
    except OpenBacError as error:
        return _Looked(None, _sentence(files.image, error), None)
    look = look_of(image_u8)
    if files.mask is None:
        return _Looked(None, "", look)
    try:
        label = read_label(files.mask, mammogram.shape, value=files.mask_value)
    except OpenBacError as error:
        return _Looked(None, _sentence(files.mask, error), look)
    return _Looked(bool(label.any()), "", look)


def _sentence(path: Path, error: OpenBacError) -> str:
    """What is wrong with a file, with its whole path."""
    return f"{path.parent}/{error}" if str(error).startswith(path.name) else f"{path}: {error}"


def _checked(identity: Identity, files: ViewFiles | None, looked: _Looked | None) -> CheckedView:
    severity = dict(identity.tags).get("severity")
    told = None if severity is None else severity != "none"
    if looked is None:
        return CheckedView(identity, files, told)
    return CheckedView(identity, files, told if looked.has_bac is None else looked.has_bac, looked.problem)


def _same_pictures(
    views: Sequence[CheckedView], seen: Sequence[int], looked: dict[int, _Looked]
) -> tuple[SamePicture, ...]:
    looks = [look for number in seen if (look := looked[number].look) is not None]
    found = []
    for twins in near_duplicates(looks):
        first, second = seen[twins.first], seen[twins.second]
        if views[first].identity.patient_id != views[second].identity.patient_id:
            found.append(SamePicture(first, second, twins.correlation))
    return tuple(found)


def _summary(patient: str, views: Sequence[CheckedView]) -> PatientSummary:
    known = [view.has_bac for view in views if view.has_bac is not None]
    files = [view.files for view in views if view.files is not None]
    sources = dict.fromkeys(one.patient_from for one in files if one.patient_from)
    return PatientSummary(
        patient,
        len(views),
        any(known) if known else None,
        " and ".join(sources) or "the source",
        next((one.doubt for one in files if one.doubt), ""),
    )


def _some(sentences: Sequence[str]) -> str:
    more = f" and {len(sentences) - _NAMED} more" if len(sentences) > _NAMED else ""
    return "; ".join(sentence.rstrip(".") for sentence in sentences[:_NAMED]) + more
