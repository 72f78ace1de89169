"""What a page must pass before it is published: one rule, one file. None yet."""
