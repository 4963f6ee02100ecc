"""What the module "BAC Segmentation" is made of: MRML nodes on one side, the engine `shared_core` on the other.

Nothing in it computes; whatever does stands in `shared_core`, which the command line and napari call, too.
"""

from BACSegmentationLib import engine

engine.make_importable()
