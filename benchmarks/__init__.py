"""Speed and memory of ``bac analyze`` beside the published processing and MONAI: ``make bench``."""
