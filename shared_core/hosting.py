"""What a host may use of the engine: viewers and programs like them import from here alone.

Everything is imported when first used, so that a host starts quickly and without the libraries that only
computing needs.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from shared_core.version import SOFTWARE_VERSION as __version__

if TYPE_CHECKING:
    from shared_core.arteries.connected_parts import bounding_box as bounding_box
    from shared_core.arteries.line_bands import BAND_MM as BAND_MM, line_bands as line_bands
    from shared_core.arteries.vessels import ASSUMED_SPACING_MM as ASSUMED_SPACING_MM, steps_mm as steps_mm
    from shared_core.cache import user_cache_dir as user_cache_dir
    from shared_core.change.serial_exams import (
        SERIAL_QUANTITIES as SERIAL_QUANTITIES,
        SerialQuantity as SerialQuantity,
        serial_exam as serial_exam,
    )
    from shared_core.cohort.batch import (
        BatchReport as BatchReport,
        make_tasks as make_tasks,
        run_batch as run_batch,
    )
    from shared_core.cohort.exam_export import (
        USUAL_FORMATS as USUAL_FORMATS,
        export_steps as export_steps,
        is_export as is_export,
    )
    from shared_core.cohort.pool import default_workers as default_workers
    from shared_core.cohort.resume import as_begun as as_begun, finished_exams as finished_exams
    from shared_core.cohort.reviewed_view import (
        ModelOutput as ModelOutput,
        ReviewedView as ReviewedView,
        record_of as record_of,
        recorded_view as recorded_view,
        reviewed_view as reviewed_view,
        unmeasured_view as unmeasured_view,
        unseen_record as unseen_record,
    )
    from shared_core.cohort.settings import BatchSettings as BatchSettings
    from shared_core.cohort.worker import ViewOutcome as ViewOutcome
    from shared_core.dicom_objects.object_kinds import DICOM_KINDS as DICOM_KINDS
    from shared_core.dicom_objects.writing import segmentation_file as segmentation_file
    from shared_core.errors import (
        ModelError as ModelError,
        OpenBacError as OpenBacError,
        OutputError as OutputError,
        UnreadableImageError as UnreadableImageError,
        UnsupportedImageError as UnsupportedImageError,
        UsageError as UsageError,
    )
    from shared_core.exporting.atomic_write import write_bytes as write_bytes
    from shared_core.exporting.lossless_tiff import lossless_tiff as lossless_tiff
    from shared_core.exporting.mask_files import read_mask as read_mask
    from shared_core.exporting.nifti import labels_nifti as labels_nifti
    from shared_core.exporting.png import encode_png as encode_png
    from shared_core.exporting.whole_folder import whole_folder as whole_folder
    from shared_core.inference.engine import segment_steps as segment_steps
    from shared_core.inference.memory import give_back_freed as give_back_freed
    from shared_core.inference.model import Device as Device, Model as Model, load_model as load_model
    from shared_core.inference.preview import coarse_tile as coarse_tile
    from shared_core.inference.probability import (
        ProbabilityMap as ProbabilityMap,
        TileProbability as TileProbability,
    )
    from shared_core.inference.resampling import model_shape as model_shape
    from shared_core.mammogram import (
        Exam as Exam,
        Identity as Identity,
        Laterality as Laterality,
        Mammogram as Mammogram,
        MammogramHeader as MammogramHeader,
        Mask as Mask,
        Pixels as Pixels,
        PixelSpacing as PixelSpacing,
        PresentationIntent as PresentationIntent,
        SpacingSource as SpacingSource,
        View as View,
    )
    from shared_core.mass.densitometry import mass_refusal as mass_refusal
    from shared_core.notices import Notice as Notice, Remedy as Remedy
    from shared_core.notices.of_files import MEASURED_ON_LOADED_IMAGE as MEASURED_ON_LOADED_IMAGE
    from shared_core.notices.of_results import LABELS_UNFIT as LABELS_UNFIT
    from shared_core.notices.remedy import SAME_EVERYWHERE as SAME_EVERYWHERE, with_remedy as with_remedy
    from shared_core.pipeline import decide_mask as decide_mask
    from shared_core.preprocessing.prepare import prepare as prepare
    from shared_core.preprocessing.prepared import PreparedView as PreparedView
    from shared_core.quantification.exam import measure_exam as measure_exam
    from shared_core.quantification.label_edits import (
        added as added,
        free_label as free_label,
        relabelled as relabelled,
    )
    from shared_core.quantification.labelled_mask import (
        UNFOLLOWED_LABEL as UNFOLLOWED_LABEL,
        LabelledMeasurement as LabelledMeasurement,
        LabelNumbers as LabelNumbers,
        measure_labels as measure_labels,
        numbered_labels as numbered_labels,
    )
    from shared_core.quantification.live import LiveCounts as LiveCounts, LiveNumbers as LiveNumbers
    from shared_core.quantification.measurement import (
        ExamMeasurement as ExamMeasurement,
        MeasurementSettings as MeasurementSettings,
        ViewMeasurement as ViewMeasurement,
    )
    from shared_core.quantification.view_state import (
        ViewState as ViewState,
        analysed_words as analysed_words,
        made_words as made_words,
        state_of as state_of,
    )
    from shared_core.quantities.number_formats import threshold as threshold
    from shared_core.quantities.people_table import (
        people_rows as people_rows,
        shown_quantities as shown_quantities,
    )
    from shared_core.quantities.quantity import (
        Entry as Entry,
        Quantity as Quantity,
        Scope as Scope,
        words_for_people as words_for_people,
    )
    from shared_core.quantities.registry import QUANTITIES as QUANTITIES
    from shared_core.reading.dicom.segmentation import is_segmentation as is_segmentation
    from shared_core.reading.exam_grouping import (
        ExamListing as ExamListing,
        RejectedFile as RejectedFile,
        exams_of as exams_of,
        find_exams as find_exams,
    )
    from shared_core.reading.files import FileFormat as FileFormat, file_format as file_format
    from shared_core.reading.loaded_image import (
        header_of_values as header_of_values,
        reader_spacings as reader_spacings,
        spacing_in_host as spacing_in_host,
    )
    from shared_core.reading.mask import read_label_file as read_label_file, read_mask_file as read_mask_file
    from shared_core.reading.projection_names import named_projection as named_projection
    from shared_core.reading.reader import (
        mammogram_from_array as mammogram_from_array,
        read_header as read_header,
        read_mammogram as read_mammogram,
    )
    from shared_core.records.canonical_json import json_bytes as json_bytes
    from shared_core.records.cells import cell as cell, items_of as items_of
    from shared_core.records.measured_exam import measure_exam_records as measure_exam_records
    from shared_core.records.patient_timeline import (
        DatedExam as DatedExam,
        Timeline as Timeline,
        dated_exams as dated_exams,
        dated_exams_of_records as dated_exams_of_records,
        image_of as image_of,
        masks_of as masks_of,
        timeline as timeline,
        together as together,
        with_views as with_views,
    )
    from shared_core.records.record_reading import decoded as decoded
    from shared_core.records.record_types import ExamRecord as ExamRecord, ViewRecord as ViewRecord
    from shared_core.records.results_folder import (
        Results as Results,
        Row as Row,
        is_results as is_results,
        place_for_results as place_for_results,
        read_results as read_results,
        results_beside as results_beside,
    )
    from shared_core.records.tables import (
        column_unit as column_unit,
        view_columns as view_columns,
        view_row as view_row,
        views_csv as views_csv,
    )
    from shared_core.records.view_and_exam import (
        failed_record as failed_record,
        with_header as with_header,
        with_notices_of as with_notices_of,
    )
    from shared_core.records.written_views import WrittenView as WrittenView, read_written as read_written
    from shared_core.simulation.samples import Sample as Sample, make_sample as make_sample
    from shared_core.weights.card import MaskStyle as MaskStyle, ModelCard as ModelCard
    from shared_core.weights.registry import (
        default_model as default_model,
        list_models as list_models,
        load_card as load_card,
    )
    from shared_core.wording import phrases as phrases
    from shared_core.wording.change import (
        change_sentence as change_sentence,
        change_words as change_words,
        decision_words as decision_words,
    )
    from shared_core.wording.mass import (
        exam_mass_words as exam_mass_words,
        view_mass_words as view_mass_words,
    )
    from shared_core.wording.report_sentence import (
        exam_sentence as exam_sentence,
        view_sentence as view_sentence,
    )

_HOME: dict[str, str] = {
    "ASSUMED_SPACING_MM": "shared_core.arteries.vessels",
    "ModelOutput": "shared_core.cohort.reviewed_view",
    "BAND_MM": "shared_core.arteries.line_bands",
    "BatchReport": "shared_core.cohort.batch",
    "BatchSettings": "shared_core.cohort.settings",
    "DICOM_KINDS": "shared_core.dicom_objects.object_kinds",
    "DatedExam": "shared_core.records.patient_timeline",
    "Device": "shared_core.inference.model",
    "Entry": "shared_core.quantities.quantity",
    "Exam": "shared_core.mammogram",
    "ExamListing": "shared_core.reading.exam_grouping",
    "ExamMeasurement": "shared_core.quantification.measurement",
    "ExamRecord": "shared_core.records.record_types",
    "FileFormat": "shared_core.reading.files",
    "Identity": "shared_core.mammogram",
    "LABELS_UNFIT": "shared_core.notices.of_results",
    "LabelNumbers": "shared_core.quantification.labelled_mask",
    "LabelledMeasurement": "shared_core.quantification.labelled_mask",
    "Laterality": "shared_core.mammogram",
    "LiveCounts": "shared_core.quantification.live",
    "LiveNumbers": "shared_core.quantification.live",
    "MEASURED_ON_LOADED_IMAGE": "shared_core.notices.of_files",
    "Mammogram": "shared_core.mammogram",
    "MammogramHeader": "shared_core.mammogram",
    "Mask": "shared_core.mammogram",
    "MaskStyle": "shared_core.weights.card",
    "MeasurementSettings": "shared_core.quantification.measurement",
    "Model": "shared_core.inference.model",
    "ModelCard": "shared_core.weights.card",
    "ModelError": "shared_core.errors",
    "Notice": "shared_core.notices",
    "OpenBacError": "shared_core.errors",
    "OutputError": "shared_core.errors",
    "PixelSpacing": "shared_core.mammogram",
    "Pixels": "shared_core.mammogram",
    "PreparedView": "shared_core.preprocessing.prepared",
    "PresentationIntent": "shared_core.mammogram",
    "ProbabilityMap": "shared_core.inference.probability",
    "QUANTITIES": "shared_core.quantities.registry",
    "Quantity": "shared_core.quantities.quantity",
    "RejectedFile": "shared_core.reading.exam_grouping",
    "Remedy": "shared_core.notices",
    "Results": "shared_core.records.results_folder",
    "ReviewedView": "shared_core.cohort.reviewed_view",
    "Row": "shared_core.records.results_folder",
    "SAME_EVERYWHERE": "shared_core.notices.remedy",
    "SERIAL_QUANTITIES": "shared_core.change.serial_exams",
    "Sample": "shared_core.simulation.samples",
    "Scope": "shared_core.quantities.quantity",
    "SerialQuantity": "shared_core.change.serial_exams",
    "SpacingSource": "shared_core.mammogram",
    "TileProbability": "shared_core.inference.probability",
    "Timeline": "shared_core.records.patient_timeline",
    "UNFOLLOWED_LABEL": "shared_core.quantification.labelled_mask",
    "USUAL_FORMATS": "shared_core.cohort.exam_export",
    "UnreadableImageError": "shared_core.errors",
    "UnsupportedImageError": "shared_core.errors",
    "UsageError": "shared_core.errors",
    "View": "shared_core.mammogram",
    "ViewMeasurement": "shared_core.quantification.measurement",
    "ViewOutcome": "shared_core.cohort.worker",
    "ViewRecord": "shared_core.records.record_types",
    "ViewState": "shared_core.quantification.view_state",
    "WrittenView": "shared_core.records.written_views",
    "added": "shared_core.quantification.label_edits",
    "analysed_words": "shared_core.quantification.view_state",
    "as_begun": "shared_core.cohort.resume",
    "bounding_box": "shared_core.arteries.connected_parts",
    "cell": "shared_core.records.cells",
    "change_sentence": "shared_core.wording.change",
    "change_words": "shared_core.wording.change",
    "coarse_tile": "shared_core.inference.preview",
    "column_unit": "shared_core.records.tables",
    "dated_exams": "shared_core.records.patient_timeline",
    "dated_exams_of_records": "shared_core.records.patient_timeline",
    "decide_mask": "shared_core.pipeline",
    "decision_words": "shared_core.wording.change",
    "decoded": "shared_core.records.record_reading",
    "default_model": "shared_core.weights.registry",
    "default_workers": "shared_core.cohort.pool",
    "encode_png": "shared_core.exporting.png",
    "exam_mass_words": "shared_core.wording.mass",
    "exam_sentence": "shared_core.wording.report_sentence",
    "exams_of": "shared_core.reading.exam_grouping",
    "export_steps": "shared_core.cohort.exam_export",
    "failed_record": "shared_core.records.view_and_exam",
    "file_format": "shared_core.reading.files",
    "find_exams": "shared_core.reading.exam_grouping",
    "finished_exams": "shared_core.cohort.resume",
    "free_label": "shared_core.quantification.label_edits",
    "give_back_freed": "shared_core.inference.memory",
    "header_of_values": "shared_core.reading.loaded_image",
    "image_of": "shared_core.records.patient_timeline",
    "is_export": "shared_core.cohort.exam_export",
    "is_results": "shared_core.records.results_folder",
    "is_segmentation": "shared_core.reading.dicom.segmentation",
    "items_of": "shared_core.records.cells",
    "json_bytes": "shared_core.records.canonical_json",
    "labels_nifti": "shared_core.exporting.nifti",
    "line_bands": "shared_core.arteries.line_bands",
    "list_models": "shared_core.weights.registry",
    "load_card": "shared_core.weights.registry",
    "load_model": "shared_core.inference.model",
    "lossless_tiff": "shared_core.exporting.lossless_tiff",
    "made_words": "shared_core.quantification.view_state",
    "make_sample": "shared_core.simulation.samples",
    "make_tasks": "shared_core.cohort.batch",
    "mammogram_from_array": "shared_core.reading.reader",
    "masks_of": "shared_core.records.patient_timeline",
    "mass_refusal": "shared_core.mass.densitometry",
    "measure_exam": "shared_core.quantification.exam",
    "measure_exam_records": "shared_core.records.measured_exam",
    "measure_labels": "shared_core.quantification.labelled_mask",
    "model_shape": "shared_core.inference.resampling",
    "named_projection": "shared_core.reading.projection_names",
    "numbered_labels": "shared_core.quantification.labelled_mask",
    "people_rows": "shared_core.quantities.people_table",
    "phrases": "shared_core.wording.phrases",
    "place_for_results": "shared_core.records.results_folder",
    "prepare": "shared_core.preprocessing.prepare",
    "read_header": "shared_core.reading.reader",
    "read_label_file": "shared_core.reading.mask",
    "read_mammogram": "shared_core.reading.reader",
    "read_mask": "shared_core.exporting.mask_files",
    "read_mask_file": "shared_core.reading.mask",
    "read_results": "shared_core.records.results_folder",
    "read_written": "shared_core.records.written_views",
    "reader_spacings": "shared_core.reading.loaded_image",
    "record_of": "shared_core.cohort.reviewed_view",
    "recorded_view": "shared_core.cohort.reviewed_view",
    "relabelled": "shared_core.quantification.label_edits",
    "results_beside": "shared_core.records.results_folder",
    "reviewed_view": "shared_core.cohort.reviewed_view",
    "run_batch": "shared_core.cohort.batch",
    "segment_steps": "shared_core.inference.engine",
    "segmentation_file": "shared_core.dicom_objects.writing",
    "serial_exam": "shared_core.change.serial_exams",
    "shown_quantities": "shared_core.quantities.people_table",
    "spacing_in_host": "shared_core.reading.loaded_image",
    "state_of": "shared_core.quantification.view_state",
    "steps_mm": "shared_core.arteries.vessels",
    "threshold": "shared_core.quantities.number_formats",
    "timeline": "shared_core.records.patient_timeline",
    "together": "shared_core.records.patient_timeline",
    "unmeasured_view": "shared_core.cohort.reviewed_view",
    "unseen_record": "shared_core.cohort.reviewed_view",
    "user_cache_dir": "shared_core.cache",
    "view_columns": "shared_core.records.tables",
    "view_mass_words": "shared_core.wording.mass",
    "view_row": "shared_core.records.tables",
    "view_sentence": "shared_core.wording.report_sentence",
    "views_csv": "shared_core.records.tables",
    "whole_folder": "shared_core.exporting.whole_folder",
    "with_header": "shared_core.records.view_and_exam",
    "with_notices_of": "shared_core.records.view_and_exam",
    "with_remedy": "shared_core.notices.remedy",
    "with_views": "shared_core.records.patient_timeline",
    "words_for_people": "shared_core.quantities.quantity",
    "write_bytes": "shared_core.exporting.atomic_write",
}
"""Name to the module that has it, or that it is."""

__all__ = ["__version__", *sorted(_HOME)]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = import_module(_HOME[name])
    return module if _HOME[name].endswith(f".{name}") and not hasattr(module, name) else getattr(module, name)


def __dir__() -> list[str]:
    return sorted(__all__)
