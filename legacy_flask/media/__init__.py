"""The library: pages, posters and the JSON API."""
