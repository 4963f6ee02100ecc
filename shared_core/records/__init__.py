"""The records of a view, an exam and a run, and the tables and files that hold them."""
