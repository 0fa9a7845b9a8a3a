"""The verbs of the opportunities: the only writers of their tables."""
