"""The one place where text is folded and ordered."""
