"""From a mammogram to a model's 8-bit image, the breast, and the area where BAC may be reported."""

from shared_core.preprocessing.breast import breast_mask
from shared_core.preprocessing.greyscale import model_image_u8, raw_to_u8
from shared_core.preprocessing.labels import open_labels
from shared_core.preprocessing.noise import median
from shared_core.preprocessing.otsu_crop import otsu_box, otsu_crop, resize_mobini
from shared_core.preprocessing.pectoral import pectoral_mask
from shared_core.preprocessing.prepare import prepare
from shared_core.preprocessing.prepared import PreparedView
from shared_core.preprocessing.preset import PreprocessingPreset
from shared_core.preprocessing.valid_area import ValidArea, valid_area
from shared_core.preprocessing.working_copy import Box

__all__ = [
    "Box",
    "PreparedView",
    "PreprocessingPreset",
    "ValidArea",
    "breast_mask",
    "median",
    "model_image_u8",
    "open_labels",
    "otsu_box",
    "otsu_crop",
    "pectoral_mask",
    "prepare",
    "raw_to_u8",
    "resize_mobini",
    "valid_area",
]
