"""What surrounds every request, from the outside in. One file and one class each, pure ASGI."""
