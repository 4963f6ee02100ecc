"""Change over time on simulated images: serial exams are made, measured and judged like a patient's.

`exams` simulates and measures patients, `rows` keeps what was measured, `decisions` asks the code of
``bac change``, `errors` takes the error of measurement from the rows, and `page` writes the page.
"""
