"""Quick quotation: the market value of a vehicle from the provider, and the study of its market."""
