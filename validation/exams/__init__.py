"""Simulated exams, measured as if they were real, beside the simulator's truth."""
