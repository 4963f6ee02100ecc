"""Proof that masks and numbers stay as they are while the code is rearranged; run as in `__main__`."""
