-- Projects. A field named Title stands for the content's own title; built-in fields have no values of their own here.

CREATE TABLE projects (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  owner_id INTEGER NOT NULL,
  number INTEGER NOT NULL,
  title TEXT NOT NULL,
  description TEXT,
  readme TEXT,
  public INTEGER NOT NULL DEFAULT 0,
  closed_at TEXT,
  creator_id INTEGER NOT NULL,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  max_items INTEGER NOT NULL DEFAULT 50000,
  UNIQUE (owner_id, number)
);

CREATE TABLE project_roles (
  project_id INTEGER NOT NULL,
  user_id INTEGER NOT NULL,
  role TEXT NOT NULL,  -- NONE, READ, WRITE, ADMIN
  PRIMARY KEY (project_id, user_id)
) WITHOUT ROWID;

CREATE TABLE project_repositories (
  project_id INTEGER NOT NULL,
  repository_id INTEGER NOT NULL,
  PRIMARY KEY (project_id, repository_id)
) WITHOUT ROWID;

CREATE TABLE project_fields (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  project_id INTEGER NOT NULL,
  name TEXT NOT NULL,
  data_type TEXT NOT NULL,  -- as in GraphQL: TITLE, SINGLE_SELECT, NUMBER ...
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL
);
CREATE INDEX project_field_by_project ON project_fields (project_id, id);

CREATE TABLE project_options (
  id TEXT NOT NULL,
  field_id INTEGER NOT NULL,
  position INTEGER NOT NULL,
  name TEXT NOT NULL,
  color TEXT NOT NULL,
  description TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (field_id, id)
) WITHOUT ROWID;

CREATE TABLE project_items (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  project_id INTEGER NOT NULL,
  type TEXT NOT NULL,  -- ISSUE, DRAFT_ISSUE, PULL_REQUEST
  issue_id INTEGER,
  repository_id INTEGER,  -- of a pull request
  number INTEGER,  -- of a pull request
  title TEXT,  -- of a draft or a pull request
  body TEXT,  -- of a draft
  position REAL NOT NULL,
  creator_id INTEGER NOT NULL,
  archived_at TEXT,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  UNIQUE (project_id, issue_id)
);
CREATE INDEX project_item_by_position ON project_items (project_id, position, id);
CREATE INDEX project_item_by_issue ON project_items (issue_id);

CREATE TABLE project_values (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  item_id INTEGER NOT NULL,
  field_id INTEGER NOT NULL,
  value TEXT NOT NULL,  -- JSON: a number, a text, a date or the id of an option
  creator_id INTEGER NOT NULL,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  UNIQUE (item_id, field_id)
);

CREATE TABLE project_workflows (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  project_id INTEGER NOT NULL,
  number INTEGER NOT NULL,
  name TEXT NOT NULL,
  enabled INTEGER NOT NULL,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL
);

CREATE TABLE organization_deliveries (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  owner_id INTEGER NOT NULL,
  event TEXT NOT NULL,
  action TEXT NOT NULL,
  actor TEXT NOT NULL,
  at TEXT NOT NULL,
  payload TEXT NOT NULL
);

INSERT INTO sqlite_sequence (name, seq) VALUES
  ('projects', 16300700), ('project_fields', 230400500), ('project_items', 160700800), ('project_values', 520600700),
  ('project_workflows', 9100200);
