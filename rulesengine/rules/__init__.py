"""The kinds of rule, one module each: its shape, how it is read from a pack, and its effect on a case."""
