"""The engine for production: Elasticsearch 9, of which the core is enough."""

from index.elastic.engine import ElasticEngine
from index.elastic.generations import ElasticGenerations

__all__ = ["ElasticEngine", "ElasticGenerations"]
