"""Score models on labelled views: what is found, what is false, and how two models differ."""
