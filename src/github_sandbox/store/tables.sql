-- What the sandbox remembers. Times are text, "2026-11-23T10:00:00Z"; flags are 0 or 1.

CREATE TABLE users (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  login TEXT NOT NULL COLLATE NOCASE UNIQUE,
  type TEXT NOT NULL,  -- User, Bot, Organization, Mannequin
  name TEXT,
  deleted INTEGER NOT NULL DEFAULT 0,
  created_at TEXT NOT NULL
);

CREATE TABLE repositories (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  owner_id INTEGER NOT NULL,
  name TEXT NOT NULL COLLATE NOCASE,
  description TEXT,
  private INTEGER NOT NULL,
  internal INTEGER NOT NULL DEFAULT 0,  -- of the private ones: the whole enterprise may read it
  default_branch TEXT NOT NULL DEFAULT 'main',
  collaborators_readable INTEGER NOT NULL DEFAULT 0,  -- whether GITHUB_TOKEN may list collaborators over GraphQL
  next_number INTEGER NOT NULL DEFAULT 1,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  pushed_at TEXT,
  UNIQUE (owner_id, name)
);

CREATE TABLE custom_roles (name TEXT PRIMARY KEY COLLATE NOCASE, base TEXT NOT NULL);

CREATE TABLE roles (
  repository_id INTEGER NOT NULL,
  user_id INTEGER NOT NULL,
  role TEXT NOT NULL,
  PRIMARY KEY (repository_id, user_id)
) WITHOUT ROWID;

CREATE TABLE tokens (
  token TEXT PRIMARY KEY,
  user_id INTEGER NOT NULL,
  kind TEXT NOT NULL,  -- person, fine-grained, app, actions
  repository_id INTEGER,
  issues TEXT NOT NULL DEFAULT 'write',
  contents TEXT NOT NULL DEFAULT 'write',
  projects TEXT NOT NULL DEFAULT 'write',
  owner_id INTEGER,  -- of a fine-grained token: whose repositories and projects it reaches
  expires_at TEXT,
  run INTEGER
);

CREATE TABLE apps (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  user_id INTEGER NOT NULL,
  public_key TEXT NOT NULL,  -- PEM
  issues TEXT NOT NULL,
  contents TEXT NOT NULL,
  projects TEXT NOT NULL DEFAULT 'none',
  created_at TEXT NOT NULL
);

CREATE TABLE installations (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  app_id INTEGER NOT NULL,
  repository_id INTEGER NOT NULL,
  created_at TEXT NOT NULL
);

CREATE TABLE labels (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  repository_id INTEGER NOT NULL,
  name TEXT NOT NULL,
  key TEXT NOT NULL,  -- the name without regard to case
  color TEXT NOT NULL,
  description TEXT,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  deleted_at TEXT
);
CREATE UNIQUE INDEX label_by_key ON labels (repository_id, key) WHERE deleted_at IS NULL;

CREATE TABLE issues (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  repository_id INTEGER NOT NULL,
  number INTEGER NOT NULL,
  title TEXT NOT NULL,
  body TEXT NOT NULL,
  author_id INTEGER NOT NULL,
  state TEXT NOT NULL DEFAULT 'OPEN',
  state_reason TEXT,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  closed_at TEXT,
  closed_by INTEGER,
  duplicate_of INTEGER,
  parent_id INTEGER,  -- the issue that this one is a sub-issue of
  editor_id INTEGER,
  edited_at TEXT,
  locked INTEGER NOT NULL DEFAULT 0,
  lock_reason TEXT,
  pinned_at TEXT,
  pinned_by INTEGER,
  comment_count INTEGER NOT NULL DEFAULT 0,
  gone INTEGER NOT NULL DEFAULT 0,  -- deleted, or transferred to `moved_to`
  moved_to INTEGER,
  UNIQUE (repository_id, number)
);
-- `gone` stands last in each, so that issues can be counted without being read.
CREATE INDEX issue_by_creation ON issues (repository_id, created_at, id, gone);
CREATE INDEX issue_by_update ON issues (repository_id, updated_at, id, gone);
CREATE INDEX issue_by_state ON issues (repository_id, state, created_at, id, gone);
CREATE INDEX issue_by_comments ON issues (repository_id, comment_count, id, gone);
CREATE INDEX issue_by_pin ON issues (repository_id, pinned_at) WHERE pinned_at IS NOT NULL;

CREATE TABLE issue_labels (issue_id INTEGER NOT NULL, label_id INTEGER NOT NULL, PRIMARY KEY (issue_id, label_id)) WITHOUT ROWID;
CREATE INDEX issue_by_label ON issue_labels (label_id, issue_id);

CREATE TABLE assignees (id INTEGER PRIMARY KEY AUTOINCREMENT, issue_id INTEGER NOT NULL, user_id INTEGER NOT NULL, UNIQUE (issue_id, user_id));
CREATE INDEX issue_by_assignee ON assignees (user_id, issue_id);

CREATE TABLE comments (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  issue_id INTEGER NOT NULL,
  author_id INTEGER NOT NULL,
  body TEXT NOT NULL,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  editor_id INTEGER,
  edited_at TEXT,
  minimized_reason TEXT
);
CREATE INDEX comment_by_issue ON comments (issue_id, id);
CREATE INDEX comment_by_update ON comments (issue_id, updated_at, id);
CREATE INDEX comment_by_author ON comments (author_id, issue_id);

CREATE TABLE edits (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  subject TEXT NOT NULL,  -- issue, comment
  subject_id INTEGER NOT NULL,
  editor_id INTEGER NOT NULL,
  edited_at TEXT NOT NULL,
  diff TEXT NOT NULL
);
CREATE INDEX edit_by_subject ON edits (subject, subject_id, id);

CREATE TABLE reactions (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  subject TEXT NOT NULL,
  subject_id INTEGER NOT NULL,
  user_id INTEGER NOT NULL,
  content TEXT NOT NULL,
  created_at TEXT NOT NULL,
  UNIQUE (subject, subject_id, content, user_id)
);

CREATE TABLE events (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  issue_id INTEGER NOT NULL,
  kind TEXT NOT NULL,
  actor_id INTEGER,
  created_at TEXT NOT NULL,
  label_id INTEGER,
  label_name TEXT,
  label_color TEXT,
  user_id INTEGER,  -- the assignee, or the author of the deleted comment
  previous TEXT,
  current TEXT,
  reason TEXT,
  comment_id INTEGER,
  repository_id INTEGER,  -- where a transferred issue came from
  project_id INTEGER,
  automated INTEGER NOT NULL DEFAULT 0  -- by a workflow of the project
);
CREATE INDEX event_by_issue ON events (issue_id, id);
CREATE INDEX event_by_comment ON events (comment_id) WHERE comment_id IS NOT NULL;

CREATE TABLE files (
  repository_id INTEGER NOT NULL,
  path TEXT NOT NULL,
  content BLOB NOT NULL,
  oid TEXT NOT NULL,
  PRIMARY KEY (repository_id, path)
) WITHOUT ROWID;

CREATE TABLE commits (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  repository_id INTEGER NOT NULL,
  oid TEXT NOT NULL,
  author_id INTEGER NOT NULL,
  path TEXT NOT NULL,
  message TEXT NOT NULL,
  committed_at TEXT NOT NULL
);
CREATE INDEX commit_by_repository ON commits (repository_id, id);

CREATE TABLE deliveries (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  repository_id INTEGER NOT NULL,
  event TEXT NOT NULL,
  action TEXT,
  actor TEXT NOT NULL,
  at TEXT NOT NULL,
  payload TEXT NOT NULL
);

-- Ids of different things never look alike, as on GitHub; comment ids have left 32 bits behind there, so here too.
INSERT INTO sqlite_sequence (name, seq) VALUES
  ('users', 60001000), ('repositories', 700200300), ('labels', 6500100200), ('issues', 2100300400), ('comments', 3200400500),
  ('edits', 910500600), ('reactions', 240600700), ('events', 17100700800), ('deliveries', 0), ('commits', 0), ('assignees', 0);

-- Settings: a workflow without a row is active.
CREATE TABLE workflow_states (repository_id INTEGER NOT NULL, path TEXT NOT NULL, state TEXT NOT NULL, PRIMARY KEY (repository_id, path)) WITHOUT ROWID;
CREATE TABLE workflow_runs (id INTEGER PRIMARY KEY AUTOINCREMENT, repository_id INTEGER NOT NULL, path TEXT NOT NULL, conclusion TEXT NOT NULL, created_at TEXT NOT NULL);
CREATE TABLE secrets (repository_id INTEGER NOT NULL, name TEXT NOT NULL, created_at TEXT NOT NULL);
CREATE TABLE outsiders (repository_id INTEGER NOT NULL, user_id INTEGER NOT NULL);
