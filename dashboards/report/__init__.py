"""The weekly report (báo cáo tuần): HTML and PDF, in Vietnamese, for policy staff.

It is a Vietnamese document whatever the language of the console, so its words lie in the code.
"""

from dashboards.report.make import last_complete_week, make_report
from dashboards.report.page import POLICY

__all__ = ["POLICY", "last_complete_week", "make_report"]
