"""Where the gateway, the monolith and its port are put together, and how they are run."""
