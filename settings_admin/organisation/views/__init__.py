"""Pages of entities and points of sale."""
