"""Reads compiled: an operation that comes again is turned, once, into functions that go straight
from what resolvers return to the answer. docs/compiled-reads.md is its page.

The ordinary executor is the reference: for the same operation both say the same, errors included.
"""
