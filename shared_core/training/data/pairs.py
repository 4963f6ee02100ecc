"""Which mask belongs to which image: by name, by SOP Instance UID, or by our own results."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from shared_core.documents import DocumentError, known_part
from shared_core.errors import OpenBacError, UsageError
from shared_core.reading.dicom.segmentation import read_segmentation
from shared_core.reading.listing import candidate_files
from shared_core.reading.reader import read_header
from shared_core.training.data.masks import LABEL_SUFFIXES

_MASK_ENDING: Final = re.compile(r"[-_. ](mask|seg|segmentation|label|bac)$")


@dataclass(frozen=True)
class Pair:
    """An image and its mask."""

    image: Path
    mask: Path
    patient_id: str
    tags: tuple[tuple[str, str], ...] = ()

    @property
    def view_id(self) -> str:
        """Patient, folder and file: names alone repeat in many collections."""
        return f"{self.patient_id}/{self.image.parent.name}/{self.image.name}"


def find_pairs(images: Path, masks: Path | None = None) -> tuple[Pair, ...]:
    """Pair the images of a folder with masks.

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

    Raises
    ------
    UsageError
        An image without mask or with several, a mask without image, or none at all.
    """
    folder = masks if masks is not None else images
    for path in {images, folder}:
        if not path.is_dir():
            raise UsageError(f"{path} is no folder; name the folder of images and that of masks.")
    if (folder / "views.csv").is_file():
        return _of_results(images, folder)
    mask_files = _mask_files(folder, beside=masks is None or masks == images)
    image_files = [path for path in candidate_files([images]) if path not in set(mask_files)]
    if not image_files:
        raise UsageError(f"{images} holds no mammograms that masks could belong to.")
    found = _by_name(image_files, mask_files, images, folder)
    _by_uid(image_files, mask_files, found)
    for image in image_files:
        if image not in found:
            raise UsageError(
                f"{image}: there is no mask of it in {folder}; add one, all black where there is no BAC."
            )
    left = set(mask_files) - set(found.values())
    if left:
        raise UsageError(
            f"{min(left)}: there is no image of that name in {images}; rename or remove the mask."
        )
    return tuple(_pair(image, found[image]) for image in image_files)


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
    images: Iterable[Path], masks: Iterable[Path], image_root: Path, mask_root: Path
) -> dict[Path, Path]:
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
                raise UsageError(f"{image}: cannot tell which mask belongs to it ({names}); leave one.")
            if near:
                found[image] = near[0]
            elif len(own) == 1 and candidates:
                names = ", ".join(str(mask.relative_to(mask_root)) for mask in candidates)
                raise UsageError(f"{image}: cannot tell which mask belongs to it ({names}); leave one.")
    return found


def _by_uid(images: Iterable[Path], masks: Iterable[Path], found: dict[Path, Path]) -> None:
    """SEGs that no name has claimed."""
    claimed = set(found.values())
    open_masks = [mask for mask in masks if mask not in claimed and mask.suffix.lower() == ".dcm"]
    if not open_masks:
        return
    image_of = {}
    for image in images:
        if image not in found:
            uid = read_header(image).identity.sop_instance_uid
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
                raise UsageError(
                    f"{named}: cannot tell which mask belongs to it ({found[named].name}, {mask.name}); "
                    "leave one."
                )
            found[named] = mask


class _Record(msgspec.Struct, frozen=True):
    """What is needed of the record of a view."""

    file: str


def _of_results(images: Path, folder: Path) -> tuple[Pair, ...]:
    pairs = []
    for mask in sorted(folder.rglob("*_mask.png")):
        record_path = mask.with_name(mask.name.removesuffix("_mask.png") + ".json")
        try:
            file = Path(known_part(record_path.read_bytes(), _Record).file)
        except (OSError, DocumentError):
            raise UsageError(
                f"{mask}: its record {record_path.name} is missing or damaged; analyze the image again."
            ) from None
        pairs.append(_pair(_moved(file, images, folder), mask))
    if not pairs:
        raise UsageError(f"{folder} holds no masks of analysed views.")
    return tuple(pairs)


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


def _pair(image: Path, mask: Path) -> Pair:
    header = read_header(image)
    tags = {"projection": header.view.value, "style": header.acquisition.manufacturer or "unknown"}
    patient = header.identity.patient_id or image.stem
    return Pair(image, mask, patient, tuple(sorted(tags.items())))
