"""Hostile and broken web sites on loopback, real servers, for tests of everything that fetches.

with hostile_site("127.0.0.9") as site:
    site.base                  # http://127.0.0.9:PORT
    site.url("/rss.xml")       # a feed that names all cases; `/rss-quick.xml` leaves the slow ones out
    site.cases                 # what lies there, and what should become of it
    site.requests              # what was asked for, in order
    site.trap                  # what reached the forbidden address: must stay empty
"""

from tests.site.case import Case, Family
from tests.site.cases import CASES
from tests.site.server import HostileSite, Request, hostile_site

__all__ = ["CASES", "Case", "Family", "HostileSite", "Request", "hostile_site"]
