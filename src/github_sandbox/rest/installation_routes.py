"""Installations of GitHub Apps over REST: where one is, and a token of it. Only an App signed in as itself may ask."""

from __future__ import annotations

from datetime import timedelta

from github_sandbox.rest.call import Call, Reply
from github_sandbox.rules import apps
from github_sandbox.rules.refusals import Refused
from github_sandbox.store.clock import stamp


def get_installation(call: Call) -> Reply:
    """Answer the installation in a repository."""
    found = apps.installation_in(call.hub.db, _app(call), f"{call.path_values['owner']}/{call.path_values['repo']}")
    account, url = call.writer.user(found["owner_id"]), f"{call.writer.api}/app/installations/{found['id']}"
    return Reply(
        {
            "id": found["id"],
            "account": account,
            "access_tokens_url": f"{url}/access_tokens",
            "repositories_url": f"{call.writer.api}/installation/repositories",
            "html_url": f"{call.writer.server}/settings/installations/{found['id']}",
            "app_id": found["app_id"],
            "app_slug": call.who.login.removesuffix("[bot]"),
            "target_id": account["id"],
            "target_type": account["type"],
            "permissions": apps.permissions(call.hub.db, found["app_id"]),
            "events": ["issues", "issue_comment"],
            "created_at": found["created_at"],
            "updated_at": found["created_at"],
            "single_file_name": None,
            "repository_selection": "selected",
            "suspended_by": None,
            "suspended_at": None,
        }
    )


def create_token(call: Call) -> Reply:
    """Return a token that holds for an hour."""
    found = apps.installation(call.hub.db, _app(call), int(call.path_values["id"]))
    now = call.hub.clock.now()
    ends = stamp(now + timedelta(seconds=apps.HOUR))
    asked = call.given("permissions", dict, {})
    token, given = apps.token(call.hub.db, found, asked, stamp(now), ends)
    return Reply({"token": token, "expires_at": ends, "permissions": given, "repository_selection": "selected"}, 201)


def _app(call: Call) -> int:
    if call.who.app is None:
        raise Refused("unauthorized", "A JSON web token could not be decoded")
    return call.who.app
