"""The first page after the login."""
