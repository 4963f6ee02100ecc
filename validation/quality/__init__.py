"""How often the checks of a picture's quality are right: faults made on purpose in sound pictures."""
