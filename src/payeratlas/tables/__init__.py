"""One contract per table: grain, columns, units, keys, and the licence of each column."""
