"""Calling a matched FastAPI route without FastAPI's linear scan, and without losing FastAPI."""
