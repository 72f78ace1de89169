"""One section of a page, one file: each defines SECTION and section()."""
