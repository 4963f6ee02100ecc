"""Change over time: serial exams, repeat error, and whether a change exceeds it."""
