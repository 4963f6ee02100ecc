"""The grades and indices of the papers: Guo 2021, Ibrahim 2025, Dapamede 2026, CSBI."""
