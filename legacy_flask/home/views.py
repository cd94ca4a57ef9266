from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy import func, select

from legacy_flask.database import db
from legacy_flask.media.queries import count_kinds
from legacy_flask.templating import site_settings
from shared.models import Kind, Media

blueprint = Blueprint("home", __name__)


@blueprint.route("/")
def index() -> ResponseReturnValue:
    own = Media.owner_id == current_user.id
    counts = count_kinds(current_user.id)
    minutes = db.session.scalar(select(func.sum(Media.minutes)).where(own)) or 0
    artists = db.session.scalar(select(func.count(Media.artist.distinct())).where(own)) or 0
    recent = db.session.scalars(
        select(Media)
        .where(own)
        .order_by(Media.added_at.desc(), Media.id.desc())
        .limit(site_settings().get("recent_count", 6))
    ).all()
    genres = db.session.execute(
        select(Media.genre, func.count().label("titles"))
        .where(own)
        .group_by(Media.genre)
        .order_by(func.count().desc(), Media.genre)
        .limit(5)
    ).all()
    return render_template(
        "home/index.html",
        movies=counts.get(Kind.MOVIE, 0),
        series=counts.get(Kind.SERIES, 0),
        hours=round(int(minutes) / 60),
        artists=artists,
        recent=recent,
        genres=genres,
    )
