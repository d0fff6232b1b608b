"""A real Elasticsearch on this machine, for trying things out and for tests: one node, or a cluster.

It is made of published jars, so it is the core alone: no security, ingest, scripts, or analysis plugins.
"""

from tools.local_elasticsearch.cluster import Cluster
from tools.local_elasticsearch.node import NodeFailed

__all__ = ["Cluster", "NodeFailed"]
