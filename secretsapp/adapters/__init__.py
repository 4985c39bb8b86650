"""What Django and third parties are given of ours."""
