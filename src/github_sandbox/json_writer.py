"""JSON as GitHub's REST API and its webhooks write things: users, repositories, labels, issues, comments.

Knows shapes and addresses. Knows nothing of who may see what.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from github_sandbox.rules import accounts, issues, labels, repositories
from github_sandbox.rules.access import association
from github_sandbox.store.database import Database, Row
from github_sandbox.store.ids import node_id

Json = dict[str, Any]

REACTION_NAMES = {
    "THUMBS_UP": "+1",
    "THUMBS_DOWN": "-1",
    "LAUGH": "laugh",
    "HOORAY": "hooray",
    "CONFUSED": "confused",
    "HEART": "heart",
    "ROCKET": "rocket",
    "EYES": "eyes",
}
CONTENTS = {"ISSUE": ("Issue", "issue_id"), "DRAFT_ISSUE": ("DraftIssue", "id"), "PULL_REQUEST": ("PullRequest", "id")}
"""What an item of a project stands for, and the column with its id."""
USER_LINKS = {
    "followers_url": "/followers",
    "following_url": "/following{/other_user}",
    "gists_url": "/gists{/gist_id}",
    "starred_url": "/starred{/owner}{/repo}",
    "subscriptions_url": "/subscriptions",
    "organizations_url": "/orgs",
    "repos_url": "/repos",
    "events_url": "/events{/privacy}",
    "received_events_url": "/received_events",
}
REPOSITORY_LINKS = {
    "forks_url": "/forks",
    "keys_url": "/keys{/key_id}",
    "collaborators_url": "/collaborators{/collaborator}",
    "teams_url": "/teams",
    "hooks_url": "/hooks",
    "issue_events_url": "/issues/events{/number}",
    "events_url": "/events",
    "assignees_url": "/assignees{/user}",
    "branches_url": "/branches{/branch}",
    "tags_url": "/tags",
    "blobs_url": "/git/blobs{/sha}",
    "git_tags_url": "/git/tags{/sha}",
    "git_refs_url": "/git/refs{/sha}",
    "trees_url": "/git/trees{/sha}",
    "statuses_url": "/statuses/{sha}",
    "languages_url": "/languages",
    "stargazers_url": "/stargazers",
    "contributors_url": "/contributors",
    "subscribers_url": "/subscribers",
    "subscription_url": "/subscription",
    "commits_url": "/commits{/sha}",
    "git_commits_url": "/git/commits{/sha}",
    "comments_url": "/comments{/number}",
    "issue_comment_url": "/issues/comments{/number}",
    "contents_url": "/contents/{+path}",
    "compare_url": "/compare/{base}...{head}",
    "merges_url": "/merges",
    "archive_url": "/{archive_format}{/ref}",
    "downloads_url": "/downloads",
    "issues_url": "/issues{/number}",
    "pulls_url": "/pulls{/number}",
    "milestones_url": "/milestones{/number}",
    "notifications_url": "/notifications{?since,all,participating}",
    "labels_url": "/labels{/name}",
    "releases_url": "/releases{/id}",
    "deployments_url": "/deployments",
}
REPOSITORY_CONSTANTS: Json = {
    "fork": False,
    "homepage": None,
    "size": 1,
    "stargazers_count": 0,
    "watchers_count": 0,
    "language": None,
    "has_issues": True,
    "has_projects": True,
    "has_downloads": True,
    "has_wiki": False,
    "has_pages": False,
    "has_discussions": False,
    "forks_count": 0,
    "mirror_url": None,
    "archived": False,
    "disabled": False,
    "license": None,
    "allow_forking": False,
    "is_template": False,
    "web_commit_signoff_required": False,
    "topics": [],
    "forks": 0,
    "watchers": 0,
    "custom_properties": {},
}


class JsonWriter:
    """Writes rows as JSON for one address of the API; what was written once is not written again."""

    def __init__(self, db: Database, api: str, server: str) -> None:
        self.db = db
        self.api = api
        self.server = server
        self._users: dict[int, Json] = {}
        self._repositories: dict[int, Json] = {}

    def user(self, row_id: int) -> Json:
        """Write an account."""
        if row_id not in self._users:
            self._users[row_id] = self._user(accounts.user_by_id(self.db, row_id))
        return self._users[row_id]

    def _user(self, row: Row) -> Json:
        login, url = row["login"], f"{self.api}/users/{quote(row['login'])}"
        page = f"{self.server}/apps/{login.removesuffix('[bot]')}" if row["type"] == "Bot" else f"{self.server}/{login}"
        return {
            "login": login,
            "id": row["id"],
            "node_id": node_id(row["type"], row["id"]),
            "avatar_url": f"{self.server}/_sandbox/avatars/{row['id']}",
            "gravatar_id": "",
            "url": url,
            "html_url": page,
            **{name: url + tail for name, tail in USER_LINKS.items()},
            "type": row["type"],
            "site_admin": False,
        }

    def organization(self, row_id: int) -> Json:
        """Write the organisation a repository belongs to, as webhooks do."""
        row = accounts.user_by_id(self.db, row_id)
        url = f"{self.api}/orgs/{row['login']}"
        links = {"repos_url": "/repos", "events_url": "/events", "hooks_url": "/hooks", "issues_url": "/issues"}
        members = {"members_url": "/members{/member}", "public_members_url": "/public_members{/member}"}
        return {
            "login": row["login"],
            "id": row["id"],
            "node_id": node_id(row["type"], row["id"]),
            "url": url,
            **{name: url + tail for name, tail in (links | members).items()},
            "avatar_url": f"{self.server}/_sandbox/avatars/{row['id']}",
            "description": "",
        }

    def repository(self, row_id: int) -> Json:
        """Write a repository, owner and links included."""
        if row_id not in self._repositories:
            row = repositories.by_id(self.db, row_id)
            if row is None:
                raise LookupError(f"No repository has the id {row_id}.")
            self._repositories[row_id] = self._repository(row)
        return self._repositories[row_id]

    def _repository(self, row: Row) -> Json:
        url, page, host = self.repository_url(row), f"{self.server}/{row['full_name']}", self.server.split("://")[1]
        sql = "SELECT count(*) FROM issues WHERE repository_id = ? AND state = 'OPEN' AND NOT gone"
        open_issues = self.db.value(sql, row["id"])
        return {
            "id": row["id"],
            "node_id": node_id("Repository", row["id"]),
            "name": row["name"],
            "full_name": row["full_name"],
            "private": bool(row["private"]),
            "visibility": repositories.visibility(row),
            "owner": self.user(row["owner_id"]),
            "html_url": page,
            "description": row["description"],
            "url": url,
            **{name: url + tail for name, tail in REPOSITORY_LINKS.items()},
            "created_at": row["created_at"],
            "updated_at": row["updated_at"],
            "pushed_at": row["pushed_at"],
            "git_url": f"git://{host}/{row['full_name']}.git",
            "ssh_url": f"git@{host}:{row['full_name']}.git",
            "clone_url": f"{page}.git",
            "svn_url": page,
            "open_issues_count": open_issues,
            "open_issues": open_issues,
            "default_branch": row["default_branch"],
            **REPOSITORY_CONSTANTS,
        }

    def repository_url(self, row: Row) -> str:
        """Return the address of a repository in the API."""
        return f"{self.api}/repos/{row['full_name']}"

    def label(self, row: Row, repository: Row) -> Json:
        """Write a label."""
        return {
            "id": row["id"],
            "node_id": node_id("Label", row["id"]),
            "url": f"{self.repository_url(repository)}/labels/{quote(row['name'], safe='')}",
            "name": row["name"],
            "color": row["color"],
            "default": False,
            "description": row["description"],
        }

    def issue(self, row: Row, repository: Row) -> Json:
        """Write an issue."""
        url = f"{self.repository_url(repository)}/issues/{row['number']}"
        assigned = [self.user(user["id"]) for user in issues.assignees_of(self.db, row["id"])]
        reason, lock = row["state_reason"], row["lock_reason"]
        return {
            "url": url,
            "repository_url": self.repository_url(repository),
            "labels_url": f"{url}/labels{{/name}}",
            "comments_url": f"{url}/comments",
            "events_url": f"{url}/events",
            "timeline_url": f"{url}/timeline",
            "html_url": f"{self.server}/{repository['full_name']}/issues/{row['number']}",
            "id": row["id"],
            "node_id": node_id("Issue", row["id"]),
            "number": row["number"],
            "title": row["title"],
            "user": self.user(row["author_id"]),
            "labels": [self.label(label, repository) for label in labels.of_issue(self.db, row["id"])],
            "state": row["state"].lower(),
            "state_reason": reason.lower() if reason else None,
            "locked": bool(row["locked"]),
            "active_lock_reason": lock.lower().replace("_", "-").replace("too-heated", "too heated") if lock else None,
            "assignee": assigned[0] if assigned else None,
            "assignees": assigned,
            "milestone": None,
            "comments": row["comment_count"],
            "created_at": row["created_at"],
            "updated_at": row["updated_at"],
            "closed_at": row["closed_at"],
            "author_association": association(self.db, row["author_id"], repository),
            "body": row["body"] or None,
            "reactions": self.reactions("issue", row["id"], url),
            "performed_via_github_app": None,
        }

    def comment(self, row: Row, issue: Row, repository: Row) -> Json:
        """Write a comment."""
        url = f"{self.repository_url(repository)}/issues/comments/{row['id']}"
        page = f"{self.server}/{repository['full_name']}/issues/{issue['number']}#issuecomment-{row['id']}"
        return {
            "url": url,
            "html_url": page,
            "issue_url": f"{self.repository_url(repository)}/issues/{issue['number']}",
            "id": row["id"],
            "node_id": node_id("IssueComment", row["id"]),
            "user": self.user(row["author_id"]),
            "created_at": row["created_at"],
            "updated_at": row["updated_at"],
            "author_association": association(self.db, row["author_id"], repository),
            "body": row["body"],
            "reactions": self.reactions("comment", row["id"], url),
            "performed_via_github_app": None,
        }

    def project_item(self, row: Row, project: Row) -> Json:
        """Write an item of a project, as webhooks do."""
        kind, of = CONTENTS[row["type"]]
        return {
            "id": row["id"],
            "node_id": node_id("ProjectV2Item", row["id"]),
            "project_node_id": node_id("ProjectV2", project["id"]),
            "content_node_id": node_id(kind, row[of]),
            "content_type": kind,
            "creator": self.user(row["creator_id"]),
            "created_at": row["created_at"],
            "updated_at": row["updated_at"],
            "archived_at": row["archived_at"],
        }

    def reactions(self, subject: str, row_id: int, url: str) -> Json:
        """Write the summary of reactions on an issue or comment."""
        sql = "SELECT content, count(*) AS n FROM reactions WHERE subject = ? AND subject_id = ? GROUP BY content"
        counts = {row["content"]: row["n"] for row in self.db.all(sql, subject, row_id)}
        groups = {name: counts.get(content, 0) for content, name in REACTION_NAMES.items()}
        return {"url": f"{url}/reactions", "total_count": sum(counts.values()), **groups}

    def reaction(self, row: Row) -> Json:
        """Write a single reaction."""
        return {
            "id": row["id"],
            "node_id": node_id("Reaction", row["id"]),
            "user": self.user(row["user_id"]),
            "content": REACTION_NAMES[row["content"]],
            "created_at": row["created_at"],
        }
