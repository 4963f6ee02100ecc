"""From a mammogram to a model's 8-bit image, the breast, and the area where BAC may be reported."""
