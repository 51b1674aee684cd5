"""Values as text for people and as JSON for programs. Nothing here reads a file, a clock or a terminal."""
