"""Measurements of what people wait for. They print; they do not judge, and no test runs them."""
