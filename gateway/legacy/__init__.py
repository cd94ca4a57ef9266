"""The legacy application: found by its import string, read, and mounted."""
