"""The measurements of a BAC mask: pure functions on arrays, and the numbers of a view and an exam."""
