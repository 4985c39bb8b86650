"""The actions: what they do at Roblox, in the database and in the log."""
