"""Roblox's Open Cloud API over HTTP: the one door to the network; knows nothing of Django."""
