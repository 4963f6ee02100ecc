"""Many images and exams: workers, failures, and what is written for them."""
