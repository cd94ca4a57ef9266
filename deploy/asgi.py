"""The composition root of the reference system: the one place that knows all three.

The monolith is mounted untouched; what is ported is included as on any FastAPI
application, and starts at the stage ``legacy``.
"""

from __future__ import annotations

import fastapi_app
from gateway import Gateway

__all__ = ["app"]

app = Gateway(
    legacy="legacy_flask:create_app()",
    lifespan=fastapi_app.lifespan,
    exception_handlers=fastapi_app.exception_handlers,
)

for router in fastapi_app.routers:
    app.include_router(router)
