"""What can be measured: each quantity once, with its names, unit, code, meaning, source and value."""
