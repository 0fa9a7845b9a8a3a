"""What is right and wrong about what people type of an entity or a site; no query."""
