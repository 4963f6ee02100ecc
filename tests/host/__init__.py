"""Stand-ins for the parts of the Slicer application that the package `slicer-core` does not have."""
