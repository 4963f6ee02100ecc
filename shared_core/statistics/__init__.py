"""Agreement and scores: pure functions on arrays, results in frozen dataclasses.

Arrays in, numbers out; nothing here knows of mammograms. scipy and scikit-learn come with the extra
``statistics`` and are imported when a function needs them.
"""
