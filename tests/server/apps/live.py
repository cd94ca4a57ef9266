"""A Flask application with a login, and a FastAPI port of one of its routes."""

from __future__ import annotations

import os
from typing import Annotated

from fastapi import Cookie, HTTPException
from flask import Flask, request, session
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import BadSignature

from gateway import Gateway

legacy = Flask(__name__)
legacy.secret_key = "only for tests"


@legacy.post("/login")
def login() -> dict[str, str]:
    session["user"] = request.form["username"]
    return {"user": session["user"]}


@legacy.get("/api/notes/<int:note_id>")
def note(note_id: int) -> tuple[dict[str, object], int]:
    if "user" not in session:
        return {"error": "log in first"}, 401
    return {"note": note_id, "user": session["user"], "pid": os.getpid()}, 200


app = Gateway(legacy=legacy)


@app.get("/api/notes/{note_id}")
async def ported_note(
    note_id: int, cookie: Annotated[str, Cookie(alias="session")] = ""
) -> dict[str, object]:
    serializer = SecureCookieSessionInterface().get_signing_serializer(legacy)
    try:
        user = serializer.loads(cookie)["user"] if serializer else None
    except BadSignature:
        raise HTTPException(401, "log in first") from None
    return {"note": note_id, "user": user, "pid": os.getpid()}
