"""Pinned bytes and the rows read from them: blobs, lock files, releases in force, citations."""
