"""The errors that argmine raises on purpose. Each message says what is wrong, shows the value and says what to do."""


class ArgmineError(Exception):
    """Something that the user can mend. The command line prints it as one sentence and exits with 1."""


class SourceError(ArgmineError):
    """A source that cannot be read: missing, empty, unreachable, of no known shape, without text."""


class TableError(ArgmineError):
    """A table that lacks a declared column or holds a value of the wrong type."""


class SettingsError(ArgmineError):
    """A knob set outside its range."""


class CodebookError(ArgmineError):
    """A codebook that cannot be used, with its file and line."""


class CoderError(ArgmineError):
    """A coder that cannot be used: a model without the needed labels, a server that cannot be reached or refuses."""


class EncoderError(ArgmineError):
    """An encoder that cannot be loaded, or whose weights are not the pinned ones."""


class RunError(ArgmineError):
    """A run folder that cannot be written or read back."""


class EditError(ArgmineError):
    """An edit that cannot be made: a group, claim, frame or side that the run does not have."""


class SheetError(ArgmineError):
    """A coding sheet that cannot be used, with its file, row and column."""
