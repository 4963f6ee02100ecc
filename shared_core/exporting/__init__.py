"""What is written for people and programs: records, tables, masks and pictures."""

from shared_core.exporting.atomic import write_bytes
from shared_core.exporting.mask import mask_png, probability_png, read_mask
from shared_core.exporting.overlay import overlay_picture
from shared_core.exporting.plain import json_bytes
from shared_core.exporting.png import encode_png
from shared_core.exporting.records import exam_record, failed_record, view_record
from shared_core.exporting.reduced import ReducedView, reduce_view
from shared_core.exporting.run_record import run_record
from shared_core.exporting.sheet import exam_sheet
from shared_core.exporting.tables import exams_csv, failures_csv, views_csv
from shared_core.exporting.view_files import view_files
from shared_core.exporting.whole_folder import whole_folder

__all__ = [
    "ReducedView",
    "encode_png",
    "exam_record",
    "exam_sheet",
    "exams_csv",
    "failed_record",
    "failures_csv",
    "json_bytes",
    "mask_png",
    "overlay_picture",
    "probability_png",
    "read_mask",
    "reduce_view",
    "run_record",
    "view_files",
    "view_record",
    "views_csv",
    "whole_folder",
    "write_bytes",
]
