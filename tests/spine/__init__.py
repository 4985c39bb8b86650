"""What the one write path promises as a whole, proved through real doors."""
