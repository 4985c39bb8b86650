"""The shell: what each command does, says and refuses."""
