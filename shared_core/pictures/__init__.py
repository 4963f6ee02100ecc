"""Pictures for people: overlays, exam sheets, plots and tables."""
