"""Teaching of the track classifier, see `shared_core.tracks`."""
