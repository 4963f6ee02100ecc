"""Changes of labels beyond the brush: centre lines and whole arteries."""
