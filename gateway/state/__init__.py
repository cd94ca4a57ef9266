"""The gateway's own tables: where they lie, what they are, how they are upgraded."""
