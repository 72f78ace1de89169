"""Plan and run: read files, publish releases, publish pages, verify them."""
