"""What every room asks: rights, events, keys, connections, locks and the guards of the log."""
