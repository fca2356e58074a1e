"""How pages reach the parts of the house that the composition root put together."""

from __future__ import annotations

from typing import Any, TypeVar, cast

from flask import Flask, current_app

T = TypeVar("T")


def install_parts(app: Flask, parts: dict[type[Any], object]) -> None:
    """Make the parts reachable in this application, each under its class or port."""
    app.extensions["kholuutru.parts"] = parts


def part(kind: type[T]) -> T:
    """Return the part of this kind, e.g. ``part(Database)``."""
    return cast("T", current_app.extensions["kholuutru.parts"][kind])
