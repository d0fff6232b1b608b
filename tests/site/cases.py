"""All that lies on the hostile site."""

from tests.site.case import Case
from tests.site.disguises import DISGUISED
from tests.site.exchange import Answer
from tests.site.refusals import BEHIND as BEHIND_REFUSALS
from tests.site.refusals import REFUSED
from tests.site.texts import MOVED, TEXTS, good

CASES: tuple[Case, ...] = (*good(), *TEXTS, *REFUSED, *DISGUISED)
BEHIND: dict[str, Answer] = {**MOVED, **BEHIND_REFUSALS}
"""Pages that cases lead to."""
