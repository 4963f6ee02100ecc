"""Whether a picture is fit to be measured: what an image shows of how it was taken, stored and named.

Each check is a module of its own, a pure function on arrays; `checks` asks them all. None looks for calcium.
The limits lie beyond what sound images show, see docs/validation_quality.md for how often each is right.
"""
