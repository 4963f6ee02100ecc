"""What the module "BAC Segmentation" is made of: between MRML nodes and the engine `shared_core`.

Nothing in it computes; whatever does stands in the engine, which the command line and napari call, too.
"""

from BACSegmentationLib import engine

engine.make_importable()
