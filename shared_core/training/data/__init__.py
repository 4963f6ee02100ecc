"""Labelled views to train and test on: simulated, real with calcium put in, and labelled by people."""
