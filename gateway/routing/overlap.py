"""Whether two templates can both match one path.

Used once, when the table is built: a ported route that no legacy rule overlaps is
free to serve from the start; one that overlaps waits for the operator. A wrong
"yes" costs a flag that has to be set; a wrong "no" would take a path away from
legacy. So every doubt is answered "yes".
"""

from __future__ import annotations

import re
from functools import lru_cache

from gateway.routing.template import Placeholder, Template

__all__ = ["Shape", "overlap", "shape"]

_Segment = tuple[str | Placeholder, ...]
Shape = tuple[_Segment, ...]
"""A template cut at its slashes: what two templates are compared by."""


def shape(template: Template) -> Shape:
    """Cut a template at its slashes.

    A trailing slash and doubled slashes leave no trace: Flask's redirects make
    ``/items`` and ``/items/`` one owner's business.
    """
    segments: list[list[str | Placeholder]] = [[]]
    for piece in template.pieces:
        if isinstance(piece, Placeholder):
            segments[-1].append(piece)
            continue
        first, *rest = piece.split("/")
        if first:
            segments[-1].append(first)
        segments.extend([text] if text else [] for text in rest)
    return tuple(tuple(segment) for segment in segments if segment)


def overlap(ours: Shape, theirs: Shape) -> bool:
    """Say whether some path could match both templates; in doubt, yes."""
    for mine, yours in zip(ours, theirs, strict=False):
        if _spans(mine) or _spans(yours):
            return _compatible(_head(mine), _head(yours))
        if not _compatible(mine, yours):
            return False
    if len(ours) == len(theirs):
        return True
    # One has run out of segments; a placeholder that spans may stand for nothing.
    shorter, longer = sorted((ours, theirs), key=len)
    return _spans(longer[len(shorter)])


def _spans(segment: _Segment) -> bool:
    return any(isinstance(piece, Placeholder) and piece.spans for piece in segment)


def _head(segment: _Segment) -> _Segment:
    """Keep what stands before a placeholder that spans; what follows is unknown."""
    for index, piece in enumerate(segment):
        if isinstance(piece, Placeholder) and piece.spans:
            return (*segment[:index], Placeholder("rest", pattern=".*"))
    return (*segment, Placeholder("rest", pattern=".*"))


def _compatible(mine: _Segment, yours: _Segment) -> bool:
    my_text, your_text = _literal(mine), _literal(yours)
    if my_text is not None and your_text is not None:
        return my_text == your_text
    if my_text is not None:
        return _pattern(yours).fullmatch(my_text) is not None
    if your_text is not None:
        return _pattern(mine).fullmatch(your_text) is not None
    return _starts_alike(mine, yours)


def _starts_alike(mine: _Segment, yours: _Segment) -> bool:
    """Two variable segments differ for certain only in the text they begin with."""
    my_start = mine[0] if isinstance(mine[0], str) else ""
    your_start = yours[0] if isinstance(yours[0], str) else ""
    return my_start.startswith(your_start) or your_start.startswith(my_start)


def _literal(segment: _Segment) -> str | None:
    texts = [piece for piece in segment if isinstance(piece, str)]
    return "".join(texts) if len(texts) == len(segment) else None


@lru_cache(maxsize=8192)
def _pattern(segment: _Segment) -> re.Pattern[str]:
    return re.compile(
        "".join(
            re.escape(piece) if isinstance(piece, str) else f"(?:{piece.pattern})"
            for piece in segment
        ),
        re.DOTALL,
    )
