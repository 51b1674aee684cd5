"""The rules of advice, one module each; `lint` knows the list."""
