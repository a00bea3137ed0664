"""Verification of a real person by a camera, over HTTP (docs/verification.md)."""
