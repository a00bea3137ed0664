"""Real-name matching: a name as people type it against the name that is registered."""

from resolvers.rules.names.matching import MAX_NAME_LENGTH, RegisteredName, names_match
from resolvers.rules.names.words import fold_name

__all__ = ["MAX_NAME_LENGTH", "RegisteredName", "fold_name", "names_match"]
