"""The shell: one command per file, all sharing one base class."""
