"""The one tree of errors. Only the outermost layer turns one into an exit code, an answer or an outcome."""


class LangngheError(Exception):
    """Base. The message is one line: what was wrong, which file or URL, what to do."""


class BadSettings(LangngheError):
    """Settings, a source file or the taxonomy can't be read. Raised on load; the command ends with 2."""


class BadUsage(LangngheError):
    """A command was asked for something that can't be: an unknown source, week or user. Ends with 2."""


class BadQuery(LangngheError):
    """A search can't be read. The message is shown to the person who typed it."""


class Unreadable(BadQuery):
    """A search text can't be read at one place. The console shows the place, in words of its own.

    `problem` names what is wrong (`index.language.faults`). The place is `text[start:end]`, where `text` is
    what was typed in NFC and with straight quotes. `key` is the filter that it stands in, `expected` what
    could stand there, nearest first.
    """

    def __init__(
        self,
        message: str,
        problem: str,
        text: str,
        place: tuple[int, int],
        key: str = "",
        expected: tuple[str, ...] = (),
    ) -> None:
        """Keep what is wrong and where."""
        super().__init__(message)
        self.problem = problem
        self.text = text
        self.start, self.end = place
        self.key = key
        self.expected = expected


class BadInput(LangngheError):
    """A file given to a command can't be read or has a wrong row. The message names file and line."""


class BadModel(LangngheError):
    """A model folder is missing, damaged or of another make. Raised on load."""


class ModelRefused(LangngheError):
    """A model may not come into use: it is worse, or can't be judged fairly. The command ends with 1."""


class MissingPart(LangngheError):
    """An extra that a command or a model needs is not installed. The message names what to install."""


class ArchiveUnavailable(LangngheError):
    """The archive can't be read or written (disk full, folder gone). The run stops and can be repeated."""


class PartitionDamaged(LangngheError):
    """A partition of the archive is gone or has other bytes than its name says: it is quarantined alone."""


class PartitionGone(PartitionDamaged):
    """A partition is not in the archive: removed by hand, or replaced since its name was read."""


class PartitionForeign(PartitionDamaged):
    """A partition is whole, but its columns or rows are not those of this version."""


class RecordsUnavailable(LangngheError):
    """The records database can't be reached or written now. Try again later."""


class RecordsUnusable(RecordsUnavailable):
    """The records stay out of reach until someone mends it: a wrong URL or password, a newer schema."""


class IndexUnavailable(LangngheError):
    """The index can't be reached or is damaged. It can be made anew from archive and records."""


class IndexUnusable(IndexUnavailable):
    """The index stays of no use until someone makes it anew: another version's, or another program's."""


class StageFailed(LangngheError):
    """A stage ended before its work was done. Run it again; it goes on where it stopped."""


class PartitionsFailed(LangngheError):
    """Partitions can't be analysed or indexed for a reason that does not pass. The log says where."""


class NotReconciled(LangngheError):
    """What a run did does not add up: something was lost on the way. Someone must look; it stays so."""


class NotAllowed(LangngheError):
    """A person may not do this. The console answers 403 and says so plainly."""


class RegisterBroken(LangngheError):
    """The register of decisions has a row whose hash does not follow from the one before."""


class Conflict(LangngheError):
    """Someone else decided on this text meanwhile. The console shows the new state and asks again."""


class Busy(LangngheError):
    """Another process works on what this one has to be alone with. Wait for it, or stop it."""
