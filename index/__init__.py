"""The index: one search interface over masked documents, its engines, and what is computed from them."""

from index.open import open_engine, open_generations

__all__ = ["open_engine", "open_generations"]
