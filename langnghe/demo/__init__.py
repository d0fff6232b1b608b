"""The demo: a small invented web on loopback, and the whole path over it."""
