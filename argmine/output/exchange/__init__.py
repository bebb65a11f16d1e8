"""An Analysis to the files of other tools, and codings in such files back: one module a format, see formats.py."""
