"""The embedded database and cache of development and tests, and the supervisor behind `bin/dev`.

Nothing here needs Django to be set up: the services are up before Django starts. Never used in production.
"""
