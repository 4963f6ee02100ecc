"""Speed and memory: ``bac analyze`` beside the published processing and MONAI (``make bench``), and of large
cohorts, the receiver and napari, each by a module of its own (``python -m benchmarks.NAME``).
"""
