"""JSON byte for byte as Flask writes it: compact, ASCII, keys in their order, a final newline."""

import json
from typing import Any

from fastapi.responses import JSONResponse
from pydantic import BaseModel

__all__ = ["LegacyJSONResponse", "answer"]


class LegacyJSONResponse(JSONResponse):
    """What `flask.jsonify` would have sent."""

    def render(self, content: Any) -> bytes:  # noqa: ANN401 - the base class says Any
        """Encode the content."""
        return (json.dumps(content, separators=(",", ":")) + "\n").encode("ascii")


def answer(model: BaseModel) -> LegacyJSONResponse:
    """Answer 200 with the model.

    Endpoints return this rather than the model: FastAPI then does not validate once more what was
    just built.
    """
    # Flask says so of every response that looked at the session.
    return LegacyJSONResponse(model.model_dump(mode="json"), headers={"Vary": "Cookie"})
