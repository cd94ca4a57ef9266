"""The port without a gateway in front, for its tests and for a look at it.

uvicorn --factory fastapi_app.alone:create_app
"""

from fastapi import FastAPI

from fastapi_app import exception_handlers, lifespan_for, routers
from shared.settings import Settings

__all__ = ["create_app"]


def create_app(settings: Settings | None = None) -> FastAPI:
    """Build the app; without settings they come from the environment when it starts."""
    app = FastAPI(
        title="Encore",
        lifespan=lifespan_for(settings),
        exception_handlers=exception_handlers,
        redirect_slashes=False,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
    )
    for router in routers:
        app.include_router(router)
    return app
