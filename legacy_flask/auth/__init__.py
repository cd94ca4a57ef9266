"""Login, logout, account, and who may do what."""
