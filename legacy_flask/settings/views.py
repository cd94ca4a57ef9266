import logging

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy import select

from legacy_flask.auth.access import admin_required
from legacy_flask.database import db
from legacy_flask.settings.rules import complaint, from_form
from shared.models import Setting, utc_now

blueprint = Blueprint("settings", __name__, url_prefix="/settings")
logger = logging.getLogger(__name__)


@blueprint.route("")
def index() -> ResponseReturnValue:
    return render_template("settings/index.html", settings=all_settings(), problems={}, typed={})


@blueprint.route("", methods=["POST"])
@admin_required
def save() -> ResponseReturnValue:
    settings = all_settings()
    typed = {setting.key: from_form(setting, request.form.get(setting.key)) for setting in settings}
    problems = {
        setting.key: problem
        for setting in settings
        if (problem := complaint(setting, typed[setting.key]))
    }
    if problems:
        page = render_template(
            "settings/index.html", settings=settings, problems=problems, typed=typed
        )
        return page, 400
    changed = [setting for setting in settings if setting.value != typed[setting.key]]
    for setting in changed:
        setting.value = typed[setting.key]
        setting.updated_at = utc_now()
        setting.updated_by = current_user.username
    db.session.commit()
    if changed:
        logger.info("user %s changed %s settings", current_user.id, len(changed))
        flash("Saved.", "success")
    else:
        flash("Nothing was different, so nothing was changed.", "info")
    return redirect(url_for("settings.index"))


def all_settings() -> list[Setting]:
    return list(db.session.scalars(select(Setting).order_by(Setting.key)))
