"""GraphiQL, every file served by us: the front-end sources, their build and the routes."""
