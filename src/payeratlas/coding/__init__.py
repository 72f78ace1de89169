"""What the indicators mean: modifiers, units, places, families, in words and verdicts."""
