"""The commands, grouped as a person would look for them."""
