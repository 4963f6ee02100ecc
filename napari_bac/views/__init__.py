"""Views as they are opened, labelled and changed, before any session: images, labels, what a model said."""
