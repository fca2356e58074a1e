"""What stands in the placeholders of messages where these are explained, not raised."""

from __future__ import annotations

import functools
import tomllib
from importlib import resources


@functools.cache
def example_values(language: str) -> dict[str, str | int]:
    """Return an invented value for each placeholder of the catalogue; `language` is ``vi`` or ``en``."""
    content = resources.files("archive.messages").joinpath("examples.toml").read_text("utf-8")
    return {
        name: value[language] if isinstance(value, dict) else value for name, value in tomllib.loads(content).items()
    }
