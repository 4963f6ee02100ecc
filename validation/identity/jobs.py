"""The commands of ``bac`` whose results are compared."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from validation.identity.harvest import RESULTS
from validation.real_data import film_package

STYLES: Final = ("hologic", "ge", "fuji")
SEED: Final = 14
PATIENT: Final = f"SIM-{SEED:04}-0001"
YEARS: Final = "0,2,4"
DEFAULT: Final = "openbac-1"
PUBLISHED: Final = "scunet-emory-2021-published"
FILM: Final = "cbis-ddsm-P_00646-LCC"


@dataclass(frozen=True)
class Job:
    """One command, and what its results are of."""

    image: str
    preset: str
    arguments: tuple[str, ...]
    """Of ``bac``, without the folder of the results."""
    prints: bool = False
    """Whether it prints a JSON document beside what it writes."""
    output_option: tuple[str, ...] = ("-o",)
    """What stands before the folder of the results."""

    @property
    def folder(self) -> Path:
        """Of the job below the folder of all results."""
        return Path(self.preset, self.image)


def all_jobs(root: Path, pictures: Path, presets: Sequence[str]) -> list[Job]:
    """Every job in an order in which each finds the results that it needs.

    Parameters
    ----------
    root
        Folder of all results.
    pictures
        Folder of real mammograms.
    presets
        Names of models.
    """
    return [
        *_simulated(),
        *(_analysis(image, preset, path) for image, path in _images(root, pictures) for preset in presets),
        _analysis("raw-hologic", DEFAULT, _made(root, "simulate", "hologic") / "raw"),
        _analysis("series", DEFAULT, _made(root, "simulate", "series") / "images"),
        *_measured(root, pictures),
        *_changes(root),
        *_comparisons(root),
    ]


def _images(root: Path, pictures: Path) -> Iterator[tuple[str, Path]]:
    for path in sorted(pictures.iterdir()):
        if path.suffix in (".png", ".jpg"):
            yield f"pictures/{path.stem}", path
    for style in STYLES:
        yield f"simulated-{style}", _made(root, "simulate", style) / "images"
    films = film_package()
    if films is not None:
        for folder in sorted(path for path in films.iterdir() if path.is_dir()):
            yield f"films/{folder.name}", folder


def _simulated() -> Iterator[Job]:
    for style in STYLES:
        raw = ("--raw",) if style == "hologic" else ()
        arguments = ("simulate", "--exam", "--seed", str(SEED), "--style", style, *raw)
        yield Job(style, "simulate", arguments, output_option=())
    series = ("simulate", "--seed", str(SEED), "--years", YEARS)
    yield Job("series", "simulate", series, output_option=())


def _analysis(image: str, preset: str, path: Path) -> Job:
    options = ("--json", "--workers", "1", "--no-pictures", "--probability", "--quiet")
    return Job(image, preset, ("analyze", str(path), "--model", preset, *options), prints=True)


def _measured(root: Path, pictures: Path) -> Iterator[Job]:
    made = _made(root, "simulate", "hologic")
    day = Path(PATIENT, "2020-01-01")
    oblique, truth = made / "images" / day / "LMLO.dcm", made / "truth" / day
    film_mask = _made(root, DEFAULT, f"pictures/{FILM}") / FILM.rpartition("-")[0] / f"{FILM}_mask.png"
    others = ("--tam-threshold", "80", "--tam-comparison", ">=", "--grade-profile", "ibrahim-code")
    cases: dict[str, tuple[Path, Path, tuple[str, ...]]] = {
        "band": (oblique, truth / "LMLO_band.png", ()),
        "pectoral": (oblique, truth / "LMLO_band.png", ("--exclude-pectoral",)),
        "other-settings": (oblique, truth / "LMLO_band.png", others),
        "calcium": (made / "raw" / day / "LCC.dcm", truth / "LCC_calcium.png", ("--mask-style", "calcium")),
        "film": (pictures / f"{FILM}.png", film_mask, ()),
        "film-spacing": (pictures / f"{FILM}.png", film_mask, ("--spacing-mm", "0.05,0.06")),
    }
    for name, (image, mask, options) in cases.items():
        yield Job(name, "measure", ("measure", str(image), str(mask), *options))


def _changes(root: Path) -> Iterator[Job]:
    series = str(_made(root, DEFAULT, "series"))
    yield Job("series", "change", ("change", series))
    cohort = str(_made(root, DEFAULT, "simulated-hologic"))
    yield Job("series-error-of-cohort", "change", ("change", series, "--error-from", cohort))


def _comparisons(root: Path) -> Iterator[Job]:
    one, other = (_made(root, preset, "simulated-hologic") for preset in (DEFAULT, PUBLISHED))
    exam = f"{PATIENT}_20200101"
    truth = _made(root, "simulate", "hologic") / "truth" / PATIENT / "2020-01-01" / "LMLO_band.png"
    cases: dict[str, tuple[Path, Path, tuple[str, ...]]] = {
        "mask-with-truth": (one / exam / "LMLO_mask.png", truth, ("--spacing-mm", "0.07", "--patches")),
        "mask-with-mask": (one / exam / "LCC_mask.png", other / exam / "LCC_mask.png", ()),
        "tables": (one / "views.csv", other / "views.csv", ()),
    }
    for name, (a, b, options) in cases.items():
        yield Job(name, "compare", ("compare", str(a), str(b), *options))


def _made(root: Path, preset: str, image: str) -> Path:
    return root / preset / image / RESULTS
