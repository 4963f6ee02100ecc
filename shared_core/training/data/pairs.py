"""Which mask belongs to which image: by name, by SOP Instance UID, or by our own results."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from shared_core.documents import DocumentError, known_part
from shared_core.errors import OpenBacError, UsageError
from shared_core.mammogram import MammogramHeader
from shared_core.reading.dicom.segmentation import read_segmentation
from shared_core.reading.listing import candidate_files
from shared_core.reading.reader import read_header
from shared_core.records.written_paths import written_path
from shared_core.training.data.masks import LABEL_SUFFIXES
from shared_core.training.data.owners import Owner, owners_of, root_of
from shared_core.training.data.patient_rule import PatientRule

_MASK_ENDING: Final = re.compile(r"[-_. ](mask|seg|segmentation|label|bac)$")
_NAMED: Final = 5

Unclear = dict[str, tuple[Path, ...]]
"""A sentence, and the images and masks whose partner it leaves open."""


@dataclass(frozen=True)
class Pair:
    """An image and its mask."""

    image: Path
    mask: Path
    patient_id: str
    tags: tuple[tuple[str, str], ...] = ()
    place: str = ""
    """Of the image, below the folder of all."""
    patient_from: str = ""
    """What says whose it is."""
    doubt: str = ""
    """See `Owner`."""

    @property
    def view_id(self) -> str:
        """Patient, folders and file: names alone repeat in many collections."""
        return f"{self.patient_id}/{self.place or f'{self.image.parent.name}/{self.image.name}'}"


@dataclass(frozen=True)
class Pairing:
    """What belongs together, and a sentence about each image or mask that has no partner."""

    pairs: tuple[Pair, ...]
    problems: tuple[str, ...] = ()


def find_pairs(
    images: Path, masks: Path | None = None, *, patient: PatientRule | None = None
) -> tuple[Pair, ...]:
    """Pair the images of a folder with masks; see `pair_up`.

    Raises
    ------
    UsageError
        An image without mask or with several, a mask without image, or none at all; all are named.
    """
    pairing = pair_up(images, masks, patient=patient)
    refuse_problems(pairing.problems)
    return pairing.pairs


def refuse_problems(problems: Sequence[str]) -> None:
    """Raise a `UsageError` that names the first problems, where there are any."""
    if len(problems) == 1:
        raise UsageError(problems[0])
    if problems:
        more = f" and {len(problems) - _NAMED} more" if len(problems) > _NAMED else ""
        some = "; ".join(problem.rstrip(".") for problem in problems[:_NAMED])
        raise UsageError(f"{len(problems)} images or masks do not fit: {some}{more}.")


def pair_up(images: Path, masks: Path | None = None, *, patient: PatientRule | None = None) -> Pairing:
    """Pair the images of a folder with masks, and list what has no partner.

    Names without folder, ending and ``_mask``, ``_seg``, ``_label`` or ``_bac`` must be equal; where they
    repeat, the folder below `images` and `masks` must be, too. A DICOM SEG of another name belongs to the
    image whose SOP Instance UID it refers to. A folder of ``bac analyze -o`` as `masks` says itself which
    image a mask is of.

    Parameters
    ----------
    images
        Folder of mammograms, searched through.
    masks
        Folder of masks; None: they lie beside the images.
    patient
        Whose an image is; None: as the header says, else names, see `owners_of`.

    Raises
    ------
    UsageError
        There are no images, or the rule does not say whose one is.
    """
    folder = masks if masks is not None else images
    for path in {images, folder}:
        if not path.is_dir():
            raise UsageError(f"{path} is no folder; name the folder of images and that of masks.")
    if (folder / "views.csv").is_file():
        return _of_results(images, folder, patient)
    mask_files = _mask_files(folder, beside=masks is None or masks == images)
    image_files = [path for path in candidate_files([images]) if path not in set(mask_files)]
    if not image_files:
        raise UsageError(f"{images} holds no mammograms that masks could belong to.")
    unclear: Unclear = {}
    found = _by_name(image_files, mask_files, (images, folder), unclear)
    _by_uid(image_files, mask_files, found, unclear)
    problems = list(unclear)
    told = {path for files in unclear.values() for path in files}
    for image in image_files:
        if image not in found and image not in told:
            problems.append(
                f"{image}: there is no mask of it in {folder}; add one, all black where there is no BAC."
            )
    for mask in sorted(set(mask_files) - set(found.values())):
        if mask not in told:
            problems.append(f"{mask}: there is no image of that name in {images}; rename or remove the mask.")
    return _pairing(
        [(image, found[image]) for image in image_files if image in found], images, patient, problems
    )


def _mask_files(folder: Path, *, beside: bool) -> list[Path]:
    paths = sorted(
        path
        for path in folder.rglob("*")
        if path.is_file() and path.name.lower().endswith(LABEL_SUFFIXES) and not path.name.startswith(".")
    )
    if not beside:
        return paths
    return [
        path
        for path in paths
        if _MASK_ENDING.search(_stem(path)) or path.name.lower().endswith((".nii", ".gz"))
    ]


def _stem(path: Path) -> str:
    name = path.name.lower()
    for suffix in (".nii.gz", path.suffix.lower()):
        if suffix and name.endswith(suffix):
            return name[: -len(suffix)]
    return name


def _key(path: Path) -> str:
    return _MASK_ENDING.sub("", _stem(path))


def _by_name(
    images: Iterable[Path], masks: Iterable[Path], roots: tuple[Path, Path], unclear: Unclear
) -> dict[Path, Path]:
    image_root, mask_root = roots
    masks_of: dict[str, list[Path]] = defaultdict(list)
    images_of: dict[str, list[Path]] = defaultdict(list)
    for mask in masks:
        masks_of[_key(mask)].append(mask)
    for image in images:
        images_of[_stem(image)].append(image)
    found: dict[Path, Path] = {}
    for key, own in images_of.items():
        candidates = masks_of.get(key, [])
        if len(own) == 1 and len(candidates) == 1:
            found[own[0]] = candidates[0]
            continue
        for image in own:
            place = image.parent.relative_to(image_root)
            near = [mask for mask in candidates if mask.parent.relative_to(mask_root) == place]
            twins = [other for other in own if other.parent == image.parent]
            if len(near) > 1 or (near and len(twins) > 1):
                several = near if len(near) > 1 else twins
                names = ", ".join(sorted(path.name for path in several))
                unclear[_cannot_tell(image, names)] = (image, *near)
            elif near:
                found[image] = near[0]
            elif len(own) == 1 and candidates:
                names = ", ".join(str(mask.relative_to(mask_root)) for mask in candidates)
                unclear[_cannot_tell(image, names)] = (image, *candidates)
    return found


def _cannot_tell(image: Path, names: str) -> str:
    return f"{image}: cannot tell which mask belongs to it ({names}); leave one."


def _by_uid(images: Iterable[Path], masks: Iterable[Path], found: dict[Path, Path], unclear: Unclear) -> None:
    """SEGs that no name has claimed."""
    claimed = set(found.values())
    open_masks = [mask for mask in masks if mask not in claimed and mask.suffix.lower() == ".dcm"]
    if not open_masks:
        return
    image_of = {}
    for image in images:
        if image not in found:
            try:
                uid = read_header(image).identity.sop_instance_uid
            except OpenBacError:
                # Told with the other images that cannot be read.
                continue
            if uid:
                image_of[uid] = image
    for mask in open_masks:
        try:
            uids = read_segmentation(mask).source_uids
        except OpenBacError:
            # Found again as a mask without image, or read with its segment chosen.
            continue
        for uid in uids:
            named = image_of.get(uid)
            if named is None:
                continue
            if named in found:
                names = f"{found[named].name}, {mask.name}"
                unclear[_cannot_tell(named, names)] = (named, mask)
                continue
            found[named] = mask


class _Record(msgspec.Struct, frozen=True):
    """What is needed of the record of a view."""

    file: str


def _of_results(images: Path, folder: Path, patient: PatientRule | None) -> Pairing:
    found: list[tuple[Path, Path]] = []
    problems: list[str] = []
    for mask in sorted(folder.rglob("*_mask.png")):
        record_path = mask.with_name(mask.name.removesuffix("_mask.png") + ".json")
        try:
            file = written_path(known_part(record_path.read_bytes(), _Record).file)
        except (OSError, DocumentError):
            problems.append(
                f"{mask}: its record {record_path.name} is missing or damaged; analyze the image again."
            )
            continue
        try:
            found.append((_moved(file, images, folder), mask))
        except UsageError as error:
            problems.append(str(error))
    if not (found or problems):
        raise UsageError(f"{folder} holds no masks of analysed views.")
    root = images if images != folder or not found else root_of([image for image, _ in found])
    return _pairing(found, root, patient, problems)


def _moved(file: Path, images: Path, folder: Path) -> Path:
    """Where the image of a result is now: as recorded, or below `images`."""
    if images != folder:
        parts = file.parts
        for start in range(len(parts)):
            below = images.joinpath(*parts[start:])
            if start and below.is_file():
                return below
    if file.is_file():
        return file
    raise UsageError(f"{file} was analysed and is not there any more; name the folder that holds it now.")


def _pairing(
    found: Sequence[tuple[Path, Path]], root: Path, rule: PatientRule | None, problems: list[str]
) -> Pairing:
    headers: dict[Path, MammogramHeader] = {}
    for image, _ in found:
        try:
            headers[image] = read_header(image)
        except OpenBacError as error:
            problems.append(f"{image}: cannot be read: {error}")
    owners = owners_of(headers, root, rule)
    pairs = [
        _pair(headers[image], (image, mask), owners[image], root) for image, mask in found if image in headers
    ]
    return Pairing(tuple(pairs), tuple(problems))


def _pair(header: MammogramHeader, files: tuple[Path, Path], owner: Owner, root: Path) -> Pair:
    tags = {"projection": header.view.value, "style": header.acquisition.manufacturer or "unknown"}
    image, mask = files
    place = image.relative_to(root).as_posix() if image.is_relative_to(root) else ""
    return Pair(
        *(image, mask, owner.patient_id, tuple(sorted(tags.items()))),
        place=place,
        patient_from=owner.source,
        doubt=owner.doubt,
    )
