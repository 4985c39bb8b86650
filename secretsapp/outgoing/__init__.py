"""What goes to addresses that people name: HTTPS and syslog, never into a private network."""
