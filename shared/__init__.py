"""What both stacks stand on: settings, engines, models, password hashes and the demo seed.

Imports nothing else of this repository, so that neither stack can reach the other through it.
"""
