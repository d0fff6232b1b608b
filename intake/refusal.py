"""Why a row or a report is not taken in, in words that say what to do."""


class Refused(Exception):
    """This row or report can't be taken in. Caught where rows and requests are handled, never beyond.

    `reason` is a short code for counting, `detail` a plain line that says what to do, without a word of the
    text itself, `field` what it is about, as the contract calls it.
    """

    def __init__(self, reason: str, detail: str, field: str = "") -> None:
        """Refuse for `reason`."""
        super().__init__(reason)
        self.reason = reason
        self.detail = detail
        self.field = field
