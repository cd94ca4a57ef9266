"""What the gateway answers under its own prefix, ``/_strangler/``."""
