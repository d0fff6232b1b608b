"""The search language: what a person types, read into an `index.expression.Expression` (docs/search.md)."""

from index.language.parser import parse

__all__ = ["parse"]
