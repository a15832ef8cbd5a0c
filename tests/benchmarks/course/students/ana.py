"""All of it right, as in the solution."""
