"""Roblox groups that own universes: who could have changed secrets, and what changed in them."""
