"""One Page, several renderings: HTML, PDF, JSON, Markdown, terminal. Nothing here computes.

Each rendering is a module with ``render(page)``: :mod:`html`, :mod:`pdf`, :mod:`json_`,
:mod:`markdown`, :mod:`terminal`. All but JSON print the same :class:`view.PageView`, which
:mod:`typeset` makes; :mod:`wording` and :mod:`notes` hold every word about a figure and its
source; :mod:`reading` takes a published page's facts back for verification.
"""
