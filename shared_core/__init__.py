"""OpenBAC: segment and measure breast arterial calcification on mammograms.

Research use only: never a diagnosis. What is named here is the public interface; it is imported when
first used, so that ``import shared_core`` is quick and needs no torch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shared_core.lazy_names import from_home, homes_in
from shared_core.version import SOFTWARE_VERSION as __version__

if TYPE_CHECKING:
    from shared_core.cohort.exam_export import export_exam as export_exam
    from shared_core.cohort.reviewed_view import (
        ModelOutput as ModelOutput,
        ReviewedView as ReviewedView,
        reviewed_view as reviewed_view,
    )
    from shared_core.errors import Cancelled as Cancelled, OpenBacError as OpenBacError
    from shared_core.exporting.atomic_write import write_bytes as write_bytes
    from shared_core.exporting.mask_files import mask_png as mask_png, read_mask as read_mask
    from shared_core.exporting.png import encode_png as encode_png
    from shared_core.inference.engine import segment as segment, segment_steps as segment_steps
    from shared_core.inference.model import Model as Model, load_model as load_model
    from shared_core.inference.probability import ProbabilityMap as ProbabilityMap
    from shared_core.mammogram import (
        Exam as Exam,
        Laterality as Laterality,
        Mammogram as Mammogram,
        MammogramHeader as MammogramHeader,
        PixelSpacing as PixelSpacing,
        StatedFacts as StatedFacts,
        View as View,
    )
    from shared_core.pictures.overlay import overlay_picture as overlay_picture
    from shared_core.pipeline import (
        ExamResult as ExamResult,
        ViewResult as ViewResult,
        analyze_exam as analyze_exam,
        analyze_view as analyze_view,
        decide_mask as decide_mask,
        mask_from_probability as mask_from_probability,
    )
    from shared_core.preprocessing.prepare import prepare as prepare
    from shared_core.preprocessing.prepared import PreparedView as PreparedView
    from shared_core.quantification.exam import measure_exam as measure_exam
    from shared_core.quantification.labelled_mask import numbered_labels as numbered_labels
    from shared_core.quantification.measurement import (
        ExamMeasurement as ExamMeasurement,
        MeasurementSettings as MeasurementSettings,
        ViewMeasurement as ViewMeasurement,
    )
    from shared_core.quantification.view import measure_view as measure_view
    from shared_core.reading.exam_grouping import find_exams as find_exams
    from shared_core.reading.facts.table_reading import read_facts as read_facts
    from shared_core.reading.reader import (
        mammogram_from_array as mammogram_from_array,
        read_header as read_header,
        read_mammogram as read_mammogram,
    )
    from shared_core.simulation.samples import Sample as Sample, make_sample as make_sample
    from shared_core.weights.card import ModelCard as ModelCard
    from shared_core.weights.registry import list_models as list_models, load_card as load_card

_HOME = homes_in(__file__)
__all__ = ["__version__", *sorted(_HOME)]


def __getattr__(name: str) -> Any:
    return from_home(name, _HOME, door=__name__)


def __dir__() -> list[str]:
    return sorted(__all__)
