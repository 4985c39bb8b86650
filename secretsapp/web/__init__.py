"""What a browser meets: it translates between people and the rooms, and decides nothing."""
