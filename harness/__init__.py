"""What tests and benchmarks both stand on: programs of others, and a detour for a client."""
