"""A real MongoDB of our own, for development and tests: no installation, no leftovers.

`LocalMongod` starts `mongod` as a one-member replica set on loopback and stops it with us, however
we die. `end_with_parent` ties a process of ours to the one that started it.
"""

from api.embedded.binary import find_mongod
from api.embedded.lifeline import end_with_parent
from api.embedded.lock import running_uri
from api.embedded.mongod import LocalMongod

__all__ = ["LocalMongod", "end_with_parent", "find_mongod", "running_uri"]
