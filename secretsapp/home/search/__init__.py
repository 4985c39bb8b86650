"""Finding what is half remembered, among all that an actor may see."""
