"""Universes: loaded, added, edited and removed, and the mirror of what Roblox lists of each."""
