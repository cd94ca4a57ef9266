from flask_wtf import FlaskForm
from wtforms import PasswordField, StringField  # type: ignore[import-untyped]  # ships no types
from wtforms.validators import (  # type: ignore[import-untyped]  # ships no types
    DataRequired,
    EqualTo,
    Length,
)


class LoginForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    username = StringField("User name", [DataRequired("Enter your user name."), Length(max=64)])
    password = PasswordField("Password", [DataRequired("Enter your password."), Length(max=1024)])


class PasswordForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    current = PasswordField(
        "Current password", [DataRequired("Enter your current password."), Length(max=1024)]
    )
    new = PasswordField(
        "New password",
        [
            DataRequired("Choose a new password."),
            Length(min=10, max=1024, message="Use at least 10 characters."),
        ],
    )
    repeat = PasswordField(
        "New password again", [EqualTo("new", "The two new passwords are not the same.")]
    )
