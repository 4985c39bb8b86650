"""Grants and what they add up to, who was refused, and whom they may ask."""
