"""What the product is measured against: Django that does the same thing and nothing else."""
