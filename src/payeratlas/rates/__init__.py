"""Negotiated rates: raw, as each price file prints them, and the benchmarks made from them.

``raw`` lists; ``payers``, ``series``, ``rules`` and ``multipliers`` judge one posted rate as an
``offer``; ``collapse``, ``percentiles``, ``weights``, ``against_medicare`` and ``grade`` make a
cell of those that are kept.
"""
