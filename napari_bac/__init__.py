"""OpenBAC in napari: open a mammogram or an exam, find arterial calcium, correct it, read the numbers.

No number is computed here: each comes from `shared_core`. Research use only: never a diagnosis.
"""
