"""The pages: each view asks the rooms, and renders."""
