"""Networks compared on the same patches, steps and images: trained by one rule, within so many hours."""
