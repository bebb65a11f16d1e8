"""An Analysis to files: report page, figures, tables, manifest. Nothing here reads a source or runs a model."""
