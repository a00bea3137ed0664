"""Servers that answer the benchmark's operations otherwise: what the gateway is compared with."""
