"""Every read that a door needs; the actor comes first, and what he may not see is not found."""
