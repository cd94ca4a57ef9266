"""Is it well? For load balancers, and for the administrator who wants to know more."""
