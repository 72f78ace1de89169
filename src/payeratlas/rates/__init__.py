"""Negotiated rates: raw, as each price file prints them. Comparing them is still to come."""
