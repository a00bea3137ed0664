"""A real person before a camera: the page that leads there, and the address that takes frames
(docs/verification-page.md, docs/verification.md)."""
