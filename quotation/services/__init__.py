"""The verbs of quotations."""
