"""The valuation provider: what it answers (`base`), how it can fail (`failures`), its first adapter (`autovista`).

No model and no database: callers pass settings in and write down what comes back.
"""
