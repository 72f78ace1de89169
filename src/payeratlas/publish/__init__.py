"""One Page, several renderings: HTML, PDF, JSON, Markdown, terminal. Nothing here computes."""
