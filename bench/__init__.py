"""The measured figures of docs/quality.md: `bin/bench` runs them all, `bin/bench pages` one group."""
