"""What people type on the settings pages, one file a subject."""
