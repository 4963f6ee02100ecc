"""What `bac analyze` is measured against: whole programs, from file to metrics, in our own code."""
