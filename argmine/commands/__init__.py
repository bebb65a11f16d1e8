"""The commands, one file a subject: each parses, calls one function and prints. `argmine.cli` lists them in order.

What a command needs beyond typer and Settings is imported inside it: `argmine --help` loads every file here.
"""
