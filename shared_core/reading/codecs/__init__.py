"""Codecs in C, in a process of their own: a stream that crashes one, or never ends, is one file's failure."""
