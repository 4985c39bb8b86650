"""The pages: each view asks queries and services, and renders."""
