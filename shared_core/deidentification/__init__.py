"""Mammograms without identifiers: PS3.15, Basic Application Level Confidentiality Profile.

The images are de-identified before anything is made of them, so that a name can reach no object, picture,
record or file name: nothing downstream ever sees one.
"""
