"""The verbs of entities and points of sale."""
