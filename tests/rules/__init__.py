"""The rules over the tables: policy, keys, triggers, connections, appending to the log."""
