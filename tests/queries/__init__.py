"""The questions: what an actor is told, and what does not exist for him."""
