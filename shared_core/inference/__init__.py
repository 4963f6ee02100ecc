"""Run a model on a prepared view, tile by tile."""
