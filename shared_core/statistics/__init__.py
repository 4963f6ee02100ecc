"""Agreement and scores: pure functions on arrays, results in frozen dataclasses.

Arrays in, numbers out; nothing here knows of mammograms. scikit-learn comes with the extra
``statistics``; it and scipy, which takes a second to load, are imported when a function needs them.
"""
