"""The one path through the engine: from a mammogram to its BAC mask and numbers.

The hosts call the same steps one by one, so that a person can edit the mask in between:
`read_mammogram`, `prepare`, `segment_steps`, `decide_mask`, `measure_view`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from shared_core.arteries.candidates import Decision
from shared_core.arteries.vessel_map import VesselMap
from shared_core.errors import Cancelled, OpenBacError, UsageError
from shared_core.inference.engine import segment
from shared_core.inference.model import Model, load_model
from shared_core.inference.probability import ProbabilityMap
from shared_core.mammogram import Exam, Mammogram, MammogramHeader, Mask, StatedFacts
from shared_core.mass.densitometry import mass_refusal, measure_mass
from shared_core.mass.site_calibration import Calibration
from shared_core.notices import Notice
from shared_core.notices.of_results import MODEL_NOT_FOR_SYNTHETIC
from shared_core.preprocessing.prepare import prepare
from shared_core.preprocessing.prepared import PreparedView
from shared_core.progress import ProgressCallback
from shared_core.provenance import provenance_of
from shared_core.quality.checks import quality_notices
from shared_core.quality.policy import QualityPolicy, refuse_doubtful
from shared_core.quantification.exam import measure_exam
from shared_core.quantification.judged_views import judged_notices, others_notices
from shared_core.quantification.measurement import ExamMeasurement, MeasurementSettings, ViewMeasurement
from shared_core.quantification.view import measure_view, view_vessels
from shared_core.reading.exam_grouping import find_exams
from shared_core.reading.partners import exam_partners
from shared_core.reading.reader import read_mammogram
from shared_core.tracks.deciding import decide_by_card
from shared_core.weights.card import ModelCard

DEFAULT_SETTINGS = MeasurementSettings()

Spacing = float | tuple[float, float]


@dataclass(frozen=True, eq=False)
class ViewResult:
    """One analysed view."""

    header: MammogramHeader
    prepared: PreparedView
    probability: ProbabilityMap
    mask: Mask
    """(rows, columns) bool at source size, True where BAC."""
    measurement: ViewMeasurement
    provenance: Mapping[str, object]
    """Model, sha256, threshold, spacing source, device and versions: see `provenance_of`."""
    notices: tuple[Notice, ...]
    vessels: VesselMap | None = None
    """The arteries that were followed, with a labels image; None where the mask is not of vessel bands."""
    other: Mask | None = None
    """(rows, columns) bool: calcification that is not along an artery; None where the model cannot tell."""


@dataclass(frozen=True)
class Failure:
    """An input that could not be analysed."""

    path: Path | None
    error: str


@dataclass(frozen=True, eq=False)
class ExamResult:
    """One analysed exam."""

    exam: Exam
    views: tuple[ViewResult, ...]
    failures: tuple[Failure, ...]
    measurement: ExamMeasurement


def analyze_view(
    source: str | Path | Mammogram,
    *,
    model: Model | str | None = None,
    threshold: float | None = None,
    settings: MeasurementSettings = DEFAULT_SETTINGS,
    spacing_mm: Spacing | None = None,
    facts: StatedFacts | None = None,
    partner: MammogramHeader | None = None,
    calibration: Calibration | None = None,
    quality: QualityPolicy = "warn",
    progress: ProgressCallback | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> ViewResult:
    """Read, prepare, segment and measure one view.

    Parameters
    ----------
    source
        A file, or a mammogram already read.
    model
        A loaded model (quicker for many images) or the name of one; None for the default, see `load_model`.
    threshold
        BAC where probability > threshold; None takes the card's.
    settings
        What else changes the numbers.
    spacing_mm
        Pixel spacing (row, column) in the plane of the breast, where the file does not know it.
    facts
        What a person states of a file; see `read_mammogram`.
    partner
        The file of the other breast that a bilateral model sees beside this one, see `exam_partners`; other
        models do not read it. Where it cannot be read, the view is analysed as one that has none.
    calibration
        Of the site, for the mass of calcium; see `measure_mass`.
    quality
        What happens to a picture that is unfit to be measured, see `shared_core.quality`: it is told, the
        view is not analysed, or nobody looks.
    progress
        Called with (done, total) after each piece of the segmentation.
    cancelled
        Asked after each piece; true stops the work.

    Returns
    -------
    ViewResult

    Raises
    ------
    OpenBacError
        One sentence that says what is wrong and what to do: the file cannot be read or holds no
        mammogram or no breast, it was to be left out for its quality, the model cannot be had, or the work
        was cancelled.
    """
    loaded = model if isinstance(model, Model) else load_model(model)
    cut = checked_threshold(threshold, loaded.card)
    mammogram = _mammogram_of(source, spacing_mm, facts)
    prepared = prepare(mammogram, loaded.card.preprocessing, find_pectoral=settings.exclude_pectoral)
    doubts = _doubts_about(prepared, quality)
    without_mass = mass_refusal(mammogram.header, calibration=calibration)
    # The pixels as read, 25 MB in a 12-megapixel view, are kept only where calcium can be weighed on them.
    raw = mammogram if without_mass is None else None
    del mammogram, source
    beside = _prepared_partner(partner, loaded.card, spacing_mm)
    probability = segment(prepared, loaded, partner=beside, progress=progress, cancelled=cancelled)
    del beside
    decision = decision_of(prepared, probability, loaded.card, threshold=cut)
    mask, style = decision.mask, loaded.card.mask_style
    vessels = view_vessels(prepared, mask, mask_style=style, judged=decision.judged)
    mass = without_mass
    if raw is not None:
        breast = prepared.breast_mask
        mass = measure_mass(raw, mask, calibration=calibration, breast=breast, mask_style=style)
    measurement = measure_view(
        prepared,
        mask,
        probability.values,
        mask_style=style,
        settings=settings,
        vessels=vessels,
        mass=mass,
        judged=decision.judged,
    )
    return ViewResult(
        header=prepared.header,
        prepared=prepared,
        probability=probability,
        mask=mask,
        measurement=measurement,
        provenance=provenance_of(prepared, probability, loaded.card, threshold=cut, decision=decision),
        notices=(
            *collect_notices(prepared, probability, loaded.card, quality=doubts),
            *others_notices(measurement),
            *_about_parts(decision, vessels),
        ),
        vessels=vessels,
        other=decision.other,
    )


def _about_parts(decision: Decision, vessels: VesselMap | None) -> tuple[Notice, ...]:
    judged = judged_notices(decision.judged) if decision.judged is not None else ()
    return (*judged, *(vessels.notices if vessels is not None else ()))


def analyze_exam(
    source: str | Path | Exam | Iterable[str | Path],
    *,
    model: Model | str | None = None,
    threshold: float | None = None,
    settings: MeasurementSettings = DEFAULT_SETTINGS,
    spacing_mm: Spacing | None = None,
    calibration: Calibration | None = None,
    quality: QualityPolicy = "warn",
    progress: ProgressCallback | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> ExamResult:
    """Analyse the views of one exam; a view that fails does not stop the others.

    Parameters
    ----------
    source
        An exam from `find_exams`, or the folder or files of exactly one.
    model, threshold, settings, spacing_mm, calibration, quality, cancelled
        See `analyze_view`.
    progress
        Called with (done, total) after each view.

    Raises
    ------
    OpenBacError
        If there is not exactly one exam, the model cannot be had, or the work was cancelled.
    """
    exam, failures = _one_exam(source)
    loaded = model if isinstance(model, Model) else load_model(model)
    views: list[ViewResult] = []
    partners = exam_partners(exam.headers)
    for done, (header, partner) in enumerate(zip(exam.headers, partners, strict=True), start=1):
        assert header.path is not None
        try:
            views.append(
                analyze_view(
                    header.path,
                    model=loaded,
                    threshold=threshold,
                    settings=settings,
                    spacing_mm=spacing_mm,
                    facts=header.stated,
                    partner=partner,
                    calibration=calibration,
                    quality=quality,
                    cancelled=cancelled,
                )
            )
        except Cancelled:
            raise
        except OpenBacError as error:
            failures.append(Failure(header.path, str(error)))
        if progress is not None:
            progress(done, len(exam.headers))
    analysed = {view.header.path for view in views}
    measurement = measure_exam(
        [(view.header, view.measurement) for view in views],
        not_analysed=[header for header in exam.headers if header.path not in analysed],
    )
    return ExamResult(exam, tuple(views), tuple(failures), measurement)


def decide_mask(
    prepared: PreparedView,
    probability: NDArray[np.float32],
    card: ModelCard,
    *,
    threshold: float | None = None,
    image_probability: float | None = None,
) -> Decision:
    """Where there is BAC, in parts that the card's rule or classifier takes for arteries.

    Parameters
    ----------
    prepared, probability
        The view and the model's answer for it, (rows, columns) at source size.
    card
        Of the model. Its rule is in mm: where the spacing of the view is not known, the pixels are taken
        for those that the model knows, as the model takes them.
    threshold
        BAC where probability > threshold: of a pixel, or, by a card with `tracks`, of a part being an
        artery; None takes the card's.
    image_probability
        Of the whole view, where the model gives one; see `ProbabilityMap`.

    Raises
    ------
    UsageError
        If the threshold is not inside (0, 1).
    ModelError
        The track classifier of the card is missing or damaged.
    """
    return decide_by_card(
        probability,
        card=card,
        threshold=checked_threshold(threshold, card),
        valid=prepared.valid_mask,
        spacing=prepared.spacing,
        display_u8=prepared.display_u8,
        image_probability=image_probability,
    )


def decision_of(
    prepared: PreparedView, answer: ProbabilityMap, card: ModelCard, *, threshold: float
) -> Decision:
    """`decide_mask` of all that a model said of a view."""
    return decide_mask(
        prepared, answer.values, card, threshold=threshold, image_probability=answer.image_probability
    )


def mask_from_probability(probability: NDArray[np.float32], threshold: float) -> Mask:
    """BAC where the probability lies above the threshold; no rule about its parts, see `decide_mask`."""
    return np.asarray(probability > threshold)


def checked_threshold(threshold: float | None, card: ModelCard) -> float:
    """The threshold asked for, or the card's.

    Raises
    ------
    UsageError
        If it is not inside (0, 1).
    """
    value = card.threshold if threshold is None else float(threshold)
    if not 0 < value < 1:
        raise UsageError(f"The threshold must lie between 0 and 1; {threshold} does not.")
    return value


def collect_notices(
    prepared: PreparedView, probability: ProbabilityMap, card: ModelCard, *, quality: tuple[Notice, ...]
) -> tuple[Notice, ...]:
    """All notices of one view in the order of the way, each once; those of `quality_notices` among them."""
    own: list[Notice] = []
    if prepared.header.acquisition.synthetic_2d:
        own.append(MODEL_NOT_FOR_SYNTHETIC.notice(model=card.name))
    of_picture = (*prepared.header.notices, *prepared.notices, *quality)
    return tuple(dict.fromkeys((*of_picture, *probability.notices, *own)))


def _mammogram_of(
    source: str | Path | Mammogram, spacing_mm: Spacing | None, facts: StatedFacts | None
) -> Mammogram:
    if not isinstance(source, Mammogram):
        return read_mammogram(Path(source), spacing_mm=spacing_mm, facts=facts)
    if spacing_mm is not None or facts is not None:
        raise UsageError(
            "spacing_mm and facts are for files; a mammogram in memory carries its own spacing and facts."
        )
    return source


def _doubts_about(prepared: PreparedView, policy: QualityPolicy) -> tuple[Notice, ...]:
    """What is to be told of the quality of a picture; an error where it is to be left out for it."""
    doubts = quality_notices(prepared) if policy != "off" else ()
    if policy == "exclude":
        refuse_doubtful(prepared.header.name, doubts)
    return doubts


def _prepared_partner(
    partner: MammogramHeader | None, card: ModelCard, spacing_mm: Spacing | None
) -> PreparedView | None:
    """None where the model needs none, or it cannot be read: then it is told of as a failure of its own."""
    if partner is None or partner.path is None or card.input != "bilateral":
        return None
    try:
        mammogram = read_mammogram(partner.path, spacing_mm=spacing_mm, facts=partner.stated)
        return prepare(mammogram, card.preprocessing)
    except OpenBacError:
        return None


def _one_exam(source: str | Path | Exam | Iterable[str | Path]) -> tuple[Exam, list[Failure]]:
    if isinstance(source, Exam):
        return source, []
    paths = [Path(source)] if isinstance(source, str | Path) else [Path(path) for path in source]
    listing = find_exams(paths)
    failures = [Failure(file.path, file.text) for file in listing.unused if file.is_failure]
    if len(listing.exams) != 1:
        found = f"{len(listing.exams)} exams ({', '.join(exam.key for exam in listing.exams)})"
        why = failures[0].error if failures and not listing.exams else f"{found} were found, not one"
        raise UsageError(f"{paths[0]}: {why}; pass the views of one exam, or use find_exams.")
    return listing.exams[0], failures
