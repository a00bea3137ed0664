"""The engine that looks at a face: is somebody there, and is it the person of the portrait.

Everything here runs in worker processes of its own (`api.face.pool`) and keeps nothing. Needs the
extra `onecard[face]` and the models that `python -m api.face.fetch` gets.
"""
