"""The verbs of access, one file a subject."""
