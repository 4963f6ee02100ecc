"""What a host may use of the engine: viewers and programs like them import this alone, as `bac`.

Everything is imported when first used, so that a host starts quickly and without the libraries that only
computing needs: a host may have some of them only later.
"""

# ruff: noqa: F401  # names are re-exported when they are first used
from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shared_core.lazy_names import from_home, homes_in
from shared_core.version import SOFTWARE_VERSION as __version__

if TYPE_CHECKING:
    from shared_core.arteries.candidates import Decision as Decision
    from shared_core.arteries.connected_parts import bounding_box
    from shared_core.arteries.followed_line import followed_line, goes_on_at_start
    from shared_core.arteries.judged_image import Judged as Judged
    from shared_core.arteries.line_bands import BAND_MM, band_width_px, line_bands
    from shared_core.arteries.tracing import SNAP_MM, CalciumEvidence, WaysOn, artery_at, calcium_evidence
    from shared_core.arteries.vessels import ASSUMED_SPACING_MM, steps_mm
    from shared_core.cache import user_cache_dir
    from shared_core.change.serial_exams import SERIAL_QUANTITIES, SerialQuantity, serial_exam
    from shared_core.cohort.batch import make_tasks, run_batch
    from shared_core.cohort.exam_export import USUAL_FORMATS, export_steps, is_export
    from shared_core.cohort.options import BATCH_OPTIONS, BatchChoices, batch_choices
    from shared_core.cohort.outcome import ViewOutcome
    from shared_core.cohort.pool import Processes, default_workers
    from shared_core.cohort.report import BatchReport
    from shared_core.cohort.resume import as_begun, finished_exams
    from shared_core.cohort.reviewed_view import (
        ModelOutput,
        ReviewedView,
        record_of,
        recorded_view,
        reviewed_view,
        unmeasured_view,
        unseen_record,
    )
    from shared_core.cohort.settings import BatchSettings
    from shared_core.dicom_objects.object_kinds import DICOM_KINDS
    from shared_core.dicom_objects.writing import segmentation_file
    from shared_core.documents import any_json
    from shared_core.errors import (
        ModelError,
        OpenBacError,
        OutputError,
        UnreadableImageError,
        UnsupportedImageError,
        UsageError,
    )
    from shared_core.exporting.atomic_write import write_bytes
    from shared_core.exporting.imported_models import (
        ImportRequest,
        is_checkpoint,
        name_for_card,
        write_imported,
    )
    from shared_core.exporting.lossless_tiff import lossless_tiff
    from shared_core.exporting.mask_files import probability_of, read_mask
    from shared_core.exporting.nifti import labels_nifti
    from shared_core.exporting.png import encode_png
    from shared_core.exporting.whole_folder import whole_folder
    from shared_core.inference.engine import segment_steps
    from shared_core.inference.foreign.facts import FactsMissingError, network_facts
    from shared_core.inference.foreign.options import CHECKPOINT_OPTIONS, MODEL_OPTIONS, NETWORK_OPTIONS
    from shared_core.inference.memory import give_back_freed
    from shared_core.inference.model import Device, Model, load_model
    from shared_core.inference.preview import coarse_tile
    from shared_core.inference.probability import ProbabilityMap, TileProbability
    from shared_core.inference.resampling import model_grid
    from shared_core.mammogram import (
        Exam,
        Identity,
        Laterality,
        Mammogram,
        MammogramHeader,
        Mask,
        Pixels,
        PixelSpacing,
        PresentationIntent,
        SpacingSource,
        StatedFacts,
        View,
    )
    from shared_core.mass.densitometry import mass_refusal
    from shared_core.notices import Notice, Remedy
    from shared_core.notices.of_files import MEASURED_ON_LOADED_IMAGE, ORIENTATION_UNUSUAL, WHO_IS_WHO
    from shared_core.notices.of_results import (
        ARTERIES_NUMBERED,
        IMAGE_CHANGED,
        IMAGE_RESCALED,
        LABELS_MOVED,
        LABELS_UNFIT,
    )
    from shared_core.notices.remedy import SAME_EVERYWHERE, with_remedy
    from shared_core.options import Option, OptionValue, values_of
    from shared_core.pictures.heat_colours import heat_colours
    from shared_core.pipeline import decide_mask
    from shared_core.preprocessing.prepare import prepare, prepared_by
    from shared_core.preprocessing.prepared import PreparedView
    from shared_core.preprocessing.preset import PreprocessingPreset
    from shared_core.quantification.calcification_classes import (
        MOST_ARTERIES,
        OTHER_LABEL,
        UNFOLLOWED_LABEL,
        artery_labels,
        artery_mask,
        both_classes,
        other_mask,
    )
    from shared_core.quantification.exam import measure_exam
    from shared_core.quantification.judged_views import judged_notices, others_notices
    from shared_core.quantification.label_edits import MovedPart, added, free_label, moved, parted, relabelled
    from shared_core.quantification.labelled_mask import (
        LabelledMeasurement,
        LabelNumbers,
        measure_labels,
        numbered_labels,
    )
    from shared_core.quantification.live import LiveCounts, LiveNumbers
    from shared_core.quantification.measurement import ExamMeasurement, MeasurementSettings, ViewMeasurement
    from shared_core.quantification.view_state import ViewState, analysed_words, made_words, state_of
    from shared_core.quantities.number_formats import threshold
    from shared_core.quantities.people_table import people_rows, shown_quantities
    from shared_core.quantities.quantity import Entry, Quantity, Scope, words_for_people
    from shared_core.quantities.registry import QUANTITIES
    from shared_core.reading.content import is_plain, is_there
    from shared_core.reading.dicom.segmentation_outline import images_named_in, segments_in
    from shared_core.reading.exam_grouping import ExamListing, exams_of, find_exams
    from shared_core.reading.facts.options import FACT_OPTIONS
    from shared_core.reading.facts.stating import typed_facts, with_facts
    from shared_core.reading.facts.table_reading import stated_facts
    from shared_core.reading.files import file_format
    from shared_core.reading.kinds import FileFormat
    from shared_core.reading.limits import LARGEST_PIXELS
    from shared_core.reading.loaded_image import header_of_values, reader_spacings, spacing_in_host
    from shared_core.reading.mask import is_label_file, read_label_file, read_mask_file, read_other
    from shared_core.reading.orientation import Turn, hanging_turn
    from shared_core.reading.picture_patient import patient_beside_view
    from shared_core.reading.projection_names import named_projection
    from shared_core.reading.reader import mammogram_from_array, read_header, read_mammogram
    from shared_core.reading.unused import UnusedFile, UnusedReason, failure_reason, unused_sentences
    from shared_core.records.canonical_json import json_bytes
    from shared_core.records.cells import cell, items_of
    from shared_core.records.facts_rows import facts_table
    from shared_core.records.measured_exam import measure_exam_records
    from shared_core.records.patient_timeline import (
        DatedExam,
        Timeline,
        dated_exams,
        dated_exams_of_records,
        image_of,
        masks_of,
        timeline,
        together,
        with_views,
    )
    from shared_core.records.record_reading import decoded
    from shared_core.records.record_types import ExamRecord, ViewRecord
    from shared_core.records.results_folder import (
        Results,
        Row,
        is_results,
        place_for_results,
        read_results,
        results_beside,
    )
    from shared_core.records.tables import column_unit, view_columns, view_row, views_csv
    from shared_core.records.unused_files import read_unused
    from shared_core.records.view_and_exam import failed_record, with_header, with_notices_of
    from shared_core.records.written_views import WrittenView, read_written
    from shared_core.simulation.samples import Sample, make_sample
    from shared_core.weights.card import MaskStyle, ModelCard
    from shared_core.weights.registry import default_model, list_models, load_card
    from shared_core.wording import phrases
    from shared_core.wording.change import change_sentence, change_words, decision_words
    from shared_core.wording.mass import exam_mass_words, view_mass_words
    from shared_core.wording.phrases import counted
    from shared_core.wording.report_sentence import exam_sentence, view_sentence

_HOME = homes_in(__file__)
__all__ = ["__version__", *sorted(_HOME)]


def __getattr__(name: str) -> Any:
    return from_home(name, _HOME, door=__name__)


def __dir__() -> list[str]:
    return sorted(__all__)
