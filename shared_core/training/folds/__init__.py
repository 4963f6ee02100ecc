"""Cross-validation over patients, and the ensemble of its models."""
