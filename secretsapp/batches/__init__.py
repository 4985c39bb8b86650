"""Batches: many changes at once, each by the way of a single one.

A batch is planned (what would happen), made (sealed at once and stored), and then run: workers
send its items within Roblox's limits, and each is written down, sent once and settled like any
other change.
"""
