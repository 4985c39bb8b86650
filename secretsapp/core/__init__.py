"""Words and tools of the product: plain Python, no Django, no settings, no network."""
