"""What the simulated newspapers write: stories in four languages, made from templates and a number."""
