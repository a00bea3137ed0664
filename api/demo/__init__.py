"""Fictional people: a dozen demo identities to log in as, and any number of seeded holders.

Every document follows from a seed, an index and a reference date; only keys, and what is sealed
with them, are random. `load_demo` and `seed` write them, `demo_identities` tells how to log in.
"""

from api.demo.identities import demo_identities
from api.demo.loading import DemoLoad, has_demo_data, load_demo
from api.demo.seeded_identities import seeded_identities
from api.demo.seeding import Seeded, seed

__all__ = [
    "DemoLoad",
    "Seeded",
    "demo_identities",
    "has_demo_data",
    "load_demo",
    "seed",
    "seeded_identities",
]
