"""What a viewer knows of its exam: views, labels, numbers, runs; without any widget."""
