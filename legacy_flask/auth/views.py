import logging

from flask import (
    Blueprint,
    flash,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_user, logout_user
from sqlalchemy import select

from legacy_flask.auth.access import as_session_user, safe_next
from legacy_flask.auth.forms import LoginForm, PasswordForm
from legacy_flask.database import db
from legacy_flask.templating import iso
from shared.models import User
from shared.passwords import check_password, hash_password

blueprint = Blueprint("auth", __name__)
logger = logging.getLogger(__name__)


@blueprint.route("/login", methods=["GET", "POST"])
def login() -> ResponseReturnValue:
    if current_user.is_authenticated:
        return redirect(safe_next(request.args.get("next")))
    form = LoginForm()
    if not form.validate_on_submit():
        return render_template("auth/login.html", form=form)
    username = form.username.data.strip()
    user = db.session.scalar(select(User).where(User.username == username))
    if not check_password(user.password_hash if user else None, form.password.data) or not user:
        logger.warning("login failed from %s", request.remote_addr)
        form.password.errors = ["User name or password is not right."]
        return render_template("auth/login.html", form=form), 401
    # A fresh session: nothing that was planted before the login survives it.
    session.clear()
    login_user(as_session_user(user))
    logger.info("user %s logged in", user.id)
    flash(f"Welcome, {user.display_name}.", "success")
    return redirect(safe_next(request.args.get("next")))


@blueprint.route("/logout", methods=["POST"])
def logout() -> ResponseReturnValue:
    logger.info("user %s logged out", current_user.id)
    logout_user()
    session.clear()
    flash("You are logged out. See you soon.", "info")
    return redirect(url_for("auth.login"))


@blueprint.route("/account")
def account() -> ResponseReturnValue:
    return render_template("auth/account.html", form=PasswordForm(), user=this_user())


@blueprint.route("/account/password", methods=["POST"])
def change_password() -> ResponseReturnValue:
    form = PasswordForm()
    user = this_user()
    if form.validate_on_submit():
        if check_password(user.password_hash, form.current.data):
            user.password_hash = hash_password(form.new.data)
            db.session.commit()
            logger.info("user %s changed the password", user.id)
            flash("Your password is changed.", "success")
            return redirect(url_for("auth.account"))
        form.current.errors = ["That is not your current password."]
    return make_response(render_template("auth/account.html", form=form, user=user), 400)


@blueprint.route("/api/me")
def me() -> ResponseReturnValue:
    user = this_user()
    return jsonify(
        {
            "id": user.id,
            "username": user.username,
            "display_name": user.display_name,
            "role": user.role.value,
            "created_at": iso(user.created_at),
        }
    )


def this_user() -> User:
    return db.session.get_one(User, current_user.id)
