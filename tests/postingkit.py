"""A payer's posting on a loopback site: its addresses, its files, and what came of fetching."""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib.resources import files as resources
from pathlib import Path
from typing import Any

import jsonschema

from payeratlas.store.price_files import PriceFiles, damage
from payeratlas.store.price_manifest import PriceFile
from pricekit import in_network, item, price, rate
from sitekit import Reply, Site

HOST, CDN = "mrf.example.com", "cdn.example.com"
TOC = f"https://{HOST}/2026-11-01_made-up_index.json.gz"
ONE = f"https://{CDN}/rates_1.json.gz"
TWO = f"https://{CDN}/rates_2.json.gz"
OTHER = in_network(item("64640", rate(price(99.5))), reporting_entity_name="Made-up Other")

Run = Callable[..., tuple[int, str, str]]


def serve(site: Site, url: str, *bodies: bytes | Reply) -> None:
    """Answer the path of an address so."""
    replies = [b if isinstance(b, Reply) else Reply(b, kind="application/gzip") for b in bodies]
    site.serve("/" + url.partition("://")[2].partition("/")[2].partition("?")[0], *replies)


def asked(site: Site, url: str, method: str = "GET") -> int:
    """How often a file was asked for."""
    path = "/" + url.partition("://")[2].partition("/")[2]
    return sum(a.method == method and a.path.partition("?")[0] == path for a in site.asked)


def on_hand(root: Path) -> dict[str, PriceFile]:
    """The price files on hand by name, each whole."""
    files = {file.artifact.name: file for file in PriceFiles(root).all()}
    assert not [told for file in files.values() for told in damage(file)]
    return files


def valid(text: str, name: str = "posting") -> Any:
    schema = resources("payeratlas.publish") / "schema" / "v1" / f"{name}.json"
    document = json.loads(text)
    jsonschema.validate(document, json.loads(schema.read_text("utf-8")))
    return document
