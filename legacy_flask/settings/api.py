import logging

from flask import Blueprint, abort, jsonify, request
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy import select

from legacy_flask.auth.access import admin_required
from legacy_flask.database import db
from legacy_flask.settings.rules import complaint
from legacy_flask.templating import iso
from shared.models import Setting, utc_now

blueprint = Blueprint("settings_api", __name__, url_prefix="/api/settings")
logger = logging.getLogger(__name__)


def setting_json(setting: Setting) -> dict[str, object]:
    return {
        "key": setting.key,
        "value": setting.value,
        "default": setting.default_value,
        "kind": setting.kind.value,
        "choices": setting.choices,
        "minimum": setting.minimum,
        "maximum": setting.maximum,
        "description": setting.description,
        "updated_at": iso(setting.updated_at),
        "updated_by": setting.updated_by,
    }


@blueprint.route("")
def index() -> ResponseReturnValue:
    settings = db.session.scalars(select(Setting).order_by(Setting.key)).all()
    return jsonify({"items": [setting_json(setting) for setting in settings]})


@blueprint.route("/<key>")
def show(key: str) -> ResponseReturnValue:
    return jsonify(setting_json(existing(key)))


@blueprint.route("/<key>", methods=["PUT"])
@admin_required
def change(key: str) -> ResponseReturnValue:
    payload = request.get_json()
    if not isinstance(payload, dict) or set(payload) != {"value"}:
        abort(400, 'The body must be a JSON object with the one key "value".')
    setting = existing(key)
    problem = complaint(setting, payload["value"])
    if problem:
        abort(400, problem)
    store(setting, payload["value"])
    return jsonify(setting_json(setting))


@blueprint.route("/<key>", methods=["DELETE"])
@admin_required
def reset(key: str) -> ResponseReturnValue:
    setting = existing(key)
    store(setting, setting.default_value)
    return jsonify(setting_json(setting))


def existing(key: str) -> Setting:
    setting = db.session.get(Setting, key)
    if setting is None:
        abort(404)
    return setting


def store(setting: Setting, value: object) -> None:
    setting.value = value
    setting.updated_at = utc_now()
    setting.updated_by = current_user.username
    db.session.commit()
    logger.info("user %s set %s", current_user.id, setting.key)
