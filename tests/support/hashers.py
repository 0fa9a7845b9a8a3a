"""Argon2 as everywhere, with the least work: what is tested is who may sign in, not the cost of guessing."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class CheapArgon2(Argon2PasswordHasher):
    time_cost = 1
    memory_cost = 64
    parallelism = 1
