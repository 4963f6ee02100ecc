"""Numbers in words for people: phrases, report sentences, descriptions of calculations."""
