"""The outermost layer: what is read of a request once, and what goes around every response."""
