"""The screens of quotations."""
