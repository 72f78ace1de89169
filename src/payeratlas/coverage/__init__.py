"""Payers' coverage rules, compared. Nothing is loaded yet."""
