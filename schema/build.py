"""The schema, assembled: roots, extensions, access rules; and its SDL."""
