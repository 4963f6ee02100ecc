"""Docks: widgets that show a session and hold no state of their own."""
