"""Where the page's files are, and what the page may load: its own origin and nothing else."""

from __future__ import annotations

from pathlib import Path

import pydeck

STATIC = Path(__file__).parents[1] / "static"
"""The page, its modules, styles and words."""

CONTENT_SECURITY_POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; worker-src 'self' blob:; style-src 'self'; object-src 'none'; "
    "base-uri 'none'; frame-ancestors 'self'; form-action 'self'"
)
"""`blob:` workers and images are deck.gl's; no inline script, no inline style, no other origin."""


def bundle_path() -> Path:
    """Return deck.gl's bundle inside the installed pydeck: nothing is vendored and nothing comes from a network."""
    return Path(pydeck.__file__).parent / "nbextension" / "static" / "index.js"
