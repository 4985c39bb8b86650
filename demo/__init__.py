"""The demo: emulator, seeded data and dashboard, started by one command."""
