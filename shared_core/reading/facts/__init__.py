"""Facts that a person or a public set's table states of images."""
