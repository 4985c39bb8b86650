"""When secrets are due: policies, what is due and was put off, and reminders of it."""
