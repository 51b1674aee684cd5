"""What helps an author while a pack is being written: schemas for editors, and beginnings to fill in."""
