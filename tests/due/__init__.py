"""Due dates: policies, what is due, and reminders."""
