"""A composition with everything that ``strangler check`` reports."""

from __future__ import annotations

from flask import Flask
from werkzeug.routing import BaseConverter, ValidationError

from gateway import Gateway


class Shelf(BaseConverter):
    """Refuses by code, so that nobody can tell from outside what it matches."""

    def to_python(self, value: str) -> str:
        if value == "closed":
            raise ValidationError
        return value


legacy = Flask(__name__)
legacy.url_map.converters["shelf"] = Shelf


@legacy.get("/shelves/<shelf:name>")
def shelf(name: str) -> str:
    return name


@legacy.get("/pages/<path:rest>")
def pages(rest: str) -> str:
    return rest


app = Gateway(legacy=legacy)


@app.get("/pages/about")
async def about() -> str:
    return "ported"


@app.get("/pages/about")
async def about_again() -> str:
    return "never reached"
