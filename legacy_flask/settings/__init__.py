"""The installation's settings: a page for the administrator, an API for scripts."""
