import logging

from flask import Blueprint, abort, jsonify, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from legacy_flask.auth.access import editor_required
from legacy_flask.database import db
from legacy_flask.media.queries import (
    LAST_PAGE,
    PER_PAGE,
    find_media,
    list_media,
    read_kind,
    read_page,
)
from legacy_flask.templating import iso
from shared.models import Media

blueprint = Blueprint("media_api", __name__, url_prefix="/api/media")
logger = logging.getLogger(__name__)


def media_json(media: Media) -> dict[str, object]:
    return {
        "id": media.id,
        "type": media.kind.value,
        "title": media.title,
        "artist": media.artist,
        "genre": media.genre,
        "year": media.year,
        "minutes": media.minutes,
        "added_at": iso(media.added_at),
    }


@blueprint.route("")
def index() -> ResponseReturnValue:
    kind = None
    if "type" in request.args:
        kind = read_kind(request.args["type"])
        if kind is None:
            abort(400, "type takes one of: movie, series.")
    page = read_page(request.args.get("page"))
    if page is None:
        abort(400, f"page takes a whole number from 1 to {LAST_PAGE}.")
    listing = list_media(current_user.id, kind, page)
    return jsonify(
        {
            "items": [media_json(media) for media in listing.items],
            "page": listing.page,
            "per_page": PER_PAGE,
            "pages": listing.pages,
            "total": listing.total,
        }
    )


@blueprint.route("/<int:media_id>")
def show(media_id: int) -> ResponseReturnValue:
    media = find_media(current_user.id, media_id)
    if media is None:
        abort(404)
    return jsonify(media_json(media))


@blueprint.route("/<int:media_id>", methods=["DELETE"])
@editor_required
def delete(media_id: int) -> ResponseReturnValue:
    media = find_media(current_user.id, media_id)
    if media is None:
        abort(404)
    db.session.delete(media)
    db.session.commit()
    logger.info("user %s deleted media %s", current_user.id, media_id)
    return "", 204
