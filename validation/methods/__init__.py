"""The papers' ways of learning, tried out: one part a method, all on one page."""
