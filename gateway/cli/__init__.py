"""The command ``strangler``: one file for each of its commands."""
