"""The records: what the system did and what people decided. SQLite by default, PostgreSQL in production."""

from core.records.database import Records, open_records

__all__ = ["Records", "open_records"]
