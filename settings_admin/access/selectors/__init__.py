"""Reads of access, one file a subject."""
