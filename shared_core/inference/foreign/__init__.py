"""Networks that were trained elsewhere: read without running code, turned into a graph, tried out."""
