"""Secrets: listed, created, rotated and deleted at Roblox, and what came of each change."""
