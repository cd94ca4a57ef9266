"""The port of Encore: the same contract as the monolith, served by FastAPI.

A composition root includes `routers`, runs `lifespan` and installs `exception_handlers`:

    app = FastAPI(lifespan=lifespan, exception_handlers=exception_handlers, redirect_slashes=False)
    for router in routers:
        app.include_router(router)
"""

from fastapi_app.errors import exception_handlers, install
from fastapi_app.media.endpoints import router as media_router
from fastapi_app.settings.endpoints import router as settings_router
from fastapi_app.state import lifespan, lifespan_for

__all__ = ["exception_handlers", "install", "lifespan", "lifespan_for", "routers"]

routers = [media_router, settings_router]
