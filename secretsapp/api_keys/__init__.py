"""Roblox's API keys: stored, tried and replaced, and whether a key opens a universe."""
