"""What a BAC mask amounts to: pure functions on arrays, and the numbers of a view and an exam."""
