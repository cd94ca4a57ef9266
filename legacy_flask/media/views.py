import logging

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from legacy_flask.auth.access import editor_required
from legacy_flask.database import db
from legacy_flask.media.poster import draw_poster
from legacy_flask.media.queries import count_kinds, find_media, list_media, read_kind, read_page
from legacy_flask.templating import site_settings
from shared.models import Media

blueprint = Blueprint("media", __name__, url_prefix="/library")
logger = logging.getLogger(__name__)


@blueprint.route("")
def library() -> ResponseReturnValue:
    # A page is forgiving where the API is strict: a strange filter shows everything.
    kind = read_kind(request.args.get("type", ""))
    listing = list_media(current_user.id, kind, read_page(request.args.get("page")) or 1)
    if listing.pages and listing.page > listing.pages:
        return redirect(url_for("media.library", type=kind, page=listing.pages))
    counts = count_kinds(current_user.id)
    return render_template("media/library.html", listing=listing, kind=kind, counts=counts)


@blueprint.route("/<int:media_id>")
def show(media_id: int) -> ResponseReturnValue:
    return render_template("media/show.html", media=own_media(media_id))


@blueprint.route("/<int:media_id>/delete", methods=["POST"])
@editor_required
def delete(media_id: int) -> ResponseReturnValue:
    media = own_media(media_id)
    title = media.title
    db.session.delete(media)
    db.session.commit()
    logger.info("user %s deleted media %s", current_user.id, media_id)
    flash(f"“{title}” is deleted.", "success")
    return redirect(url_for("media.library"))


@blueprint.route("/<int:media_id>/poster.svg")
def poster(media_id: int) -> ResponseReturnValue:
    svg = draw_poster(own_media(media_id), site_settings().get("poster_style", "mixed"))
    response = Response(svg, mimetype="image/svg+xml")
    response.cache_control.private = True
    response.cache_control.no_cache = True
    response.add_etag()
    return response.make_conditional(request)


def own_media(media_id: int) -> Media:
    media = find_media(current_user.id, media_id)
    if media is None:
        abort(404)
    return media
