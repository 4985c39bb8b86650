"""Grants and what they add up to, requests for them, who was refused, and whom they may ask."""
