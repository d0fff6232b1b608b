"""Kibana's view of the index: a data view and four dashboards, as saved objects to import."""

from dashboards.kibana.objects import saved_objects

__all__ = ["saved_objects"]
