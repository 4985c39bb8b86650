"""What composes several rooms: first page, attention, activity, search and the frame."""
