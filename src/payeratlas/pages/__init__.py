"""What a page says: facts gathered, sections composed. Nothing here prints."""
