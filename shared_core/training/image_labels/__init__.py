"""Learning from labels of whole images: whether a view shows BAC, and nothing about where (Mobini 2023)."""
