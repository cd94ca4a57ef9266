import logging

from flask import Blueprint, jsonify, render_template
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from legacy_flask.auth.access import admin_required
from legacy_flask.database import db
from legacy_flask.health.system import system_report

blueprint = Blueprint("health", __name__)
logger = logging.getLogger(__name__)


def database_answers() -> bool:
    try:
        db.session.execute(text("SELECT 1"))
    except SQLAlchemyError:
        logger.exception("the database does not answer")
        return False
    return True


@blueprint.route("/health")
def page() -> ResponseReturnValue:
    report = system_report() if current_user.is_admin else None
    return render_template("health/index.html", database=database_answers(), report=report)


@blueprint.route("/api/health")
def api_health() -> ResponseReturnValue:
    if database_answers():
        return jsonify({"status": "ok", "database": "ok"})
    return jsonify({"status": "unavailable", "database": "down"}), 503


@blueprint.route("/api/health/system")
@admin_required
def api_system() -> ResponseReturnValue:
    return jsonify(system_report())
