"""The benchmark: this gateway beside others that answer the same, on the same machine and data.

`make bench` or `python -m bench` prints one table; docs/benchmark.md tells what is measured.
Servers are asked over HTTP alone, so what is measured is what a client gets.
"""
