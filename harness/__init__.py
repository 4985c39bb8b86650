"""What tests and benchmarks share: programs of others, and a detour for a client."""
