"""The weekly report (báo cáo tuần): HTML and PDF, in Vietnamese, for policy staff.

It is a Vietnamese document whatever the language of the console, so its words lie in the code.
"""

from dashboards.report.make import make_report
from dashboards.report.page import POLICY

__all__ = ["POLICY", "make_report"]
