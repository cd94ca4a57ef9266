"""The installation's settings."""
