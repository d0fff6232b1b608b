"""The index: one search interface over masked documents, its engines, and what is computed from them."""
