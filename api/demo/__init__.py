"""Fictional people: a dozen demo identities to log in as, and any number of seeded holders.

Every document follows from a seed, an index and a reference date; only keys, and what is sealed
with them, are random.
"""
