"""Medicare arithmetic: pure functions on exact decimals, each with its manual reference."""
