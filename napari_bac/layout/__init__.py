"""Where layers stand on the canvas and how they look."""
