"""The valuation sandbox: a separate program that plays the valuation provider over HTTP.

It owns its catalogue and its market and imports nothing of the application; README.md says how to start it.
"""
