"""Game servers: how far a change has reached them, restarting them, and their logs.

Start with `rollouts`, which says what pages show, and `restarts`.
"""
