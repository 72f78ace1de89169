"""Negotiated rates: comparable, plausible, collapsed, percentiles. Nothing is loaded yet."""
