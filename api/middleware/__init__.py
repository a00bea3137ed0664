"""What surrounds every request, from the outside in. Pure ASGI."""
