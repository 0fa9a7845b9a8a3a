"""The pages of the opportunities."""
