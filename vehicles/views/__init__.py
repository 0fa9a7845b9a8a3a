"""The screens of the stock."""
