"""Stages of a route, the snapshot of all flags, and the decision which stack serves."""
