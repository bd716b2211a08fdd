"""Who could do harm, what keeps them from it, and the test that watches it and must fail without it.

    python -m tests.threats [WORD]     try the defences, all or those whose threat has the word in it

The tests run in a copy of the sources with one line changed. docs/security.md shows them; a test compares.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

TOP = Path(__file__).parents[1]
SOURCE = "src/salesbot"
LONGEST = 120
"""Seconds. Without their defence, bombs go off: what takes longer has failed."""


@dataclass(frozen=True)
class Threat:
    """`without` is the file, the defence in it, and what stands in its place once it is taken out.

    The file is one of the program, or a workflow or a file of the sandbox by its path in the repository.
    """

    who: str
    does: str
    kept: str
    test: str
    without: tuple[str, str, str]

    @property
    def source(self) -> str:
        """Where the defence stands, in the repository."""
        file = self.without[0]
        return file if file.endswith(".yml") or file.startswith("src/") else f"{SOURCE}/{file}"


THREATS = [
    Threat(
        "a stranger",
        "puts shell code into a title or comment, and a workflow runs it",
        "no workflow has an expression in a script",
        "tests/test_action_yml.py::test_no_workflow_puts_an_events_words_into_a_script",
        (".github/workflows/release.yml", '.ci/release check "$VERSION"', ".ci/release check ${{ inputs.version }}"),
    ),
    Threat(
        "a tool of our tests",
        "that was taken over writes a release or a repository",
        "each job has only the rights it needs; jobs that install tools only read",
        "tests/test_action_yml.py::test_no_job_has_more_rights_than_it_needs",
        (".github/workflows/release.yml", "contents: read # to check out", "contents: write # to check out"),
    ),
    Threat(
        "who holds an action we use",
        "moves its tag to other code",
        "actions are pinned by commit; a release names the image by its digest",
        "tests/test_action_yml.py::test_every_action_is_pinned_by_a_commit",
        ("templates/github/workflows/check.yml", "@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1", "@v7"),
    ),
    Threat(
        "who holds the image that ours is built on",
        "moves its tag to other contents",
        "a release is built on the base by its digest",
        "tests/test_release.py::test_the_workflow_builds_on_the_base_by_its_digest",
        (".github/workflows/release.yml", 'pinned=$(.ci/release base "$digest")', "pinned=$base"),
    ),
    Threat(
        "a stranger",
        "writes `::set-env::` or `##[...]` into a title, as a command to the runner",
        "one function breaks such signs in every line of the log",
        "tests/adapters/test_actions.py::test_a_strangers_words_in_the_log_are_no_command",
        (
            "adapters/actions/runner.py",
            'self.out.write(f"{markdown.log_safe(text)}\\n")',
            'self.out.write(f"{text}\\n")',
        ),
    ),
    Threat(
        "somebody who may read the repository and write the project",
        "drags a card to won, or types a value",
        "the role in the repository counts; without Triage the card goes back",
        "tests/core/policies/test_board_sync.py::test_below_triage_a_card_goes_back_without_a_comment",
        (
            "core/decide/board_moves.py",
            "    if person is not None and role < Role.TRIAGE:",
            "    if person is not None and role < Role.NONE:",
        ),
    ),
    Threat(
        "somebody who may send events to the repository",
        "fakes a change on the board by an admin",
        "it counts only if the board shows the same, and raises nobody above Write",
        "tests/core/policies/test_board_sync.py::test_a_delivery_raises_nobody_above_write",
        ("core/policies/board_sync.py", "Role.WRITE if change.delivered else Role.ADMIN", "Role.ADMIN"),
    ),
    Threat(
        "a stranger",
        "posts a faked change on the board to the relay",
        "GitHub's signature, compared in constant time",
        "tests/tasks/test_relay_board.py::test_a_delivery_with_another_signature_is_refused",
        (
            "adapters/github/project_webhook.py",
            'return bool(secret) and hmac.compare_digest(f"sha256={digest}".encode(), signature.encode())',
            "return True",
        ),
    ),
    Threat(
        "a stranger",
        "ends an output of the step early and adds others",
        "a random delimiter of 128 bits for each value",
        "tests/adapters/test_actions.py::test_no_two_delimiters_are_the_same",
        ("adapters/actions/runner.py", "os.urandom(16).hex()", "'end'"),
    ),
    Threat(
        "a stranger",
        "mentions teams, closes issues by `Fixes #1`, or breaks tables",
        "templates escape whatever is not our own Markdown",
        "tests/adapters/test_templates.py::test_a_strangers_text_shows_its_characters_and_does_nothing",
        ("adapters/template_markup.py", "or _data(_TEXT, markdown.one_line(str(value)))", "or Markup(value)"),
    ),
    Threat(
        "a stranger",
        "writes a text that a template escapes, then cuts, joins or filters",
        "text is escaped once, at the end; what takes it apart makes it data",
        "tests/adapters/test_templates.py::test_escaping_holds_in_every_way_to_print",
        ("adapters/template_markup.py", "return _TEXTS.sub(_escaped, _CODES.sub(_spans, written))", "return written"),
    ),
    Threat(
        "a stranger",
        "writes harmless pieces that a template prints side by side",
        "pieces that touch are escaped as one text",
        "tests/adapters/test_templates.py::test_pieces_of_text_side_by_side_do_nothing",
        ("adapters/template_markup.py", "((?:{_TEXT}[^{_END}]*{_END})+)", "({_TEXT}[^{_END}]*{_END})"),
    ),
    Threat(
        "a stranger",
        "names a company like a team, and a template joins it to Markdown",
        "Jinja's filters make data, not Markdown",
        "tests/adapters/test_templates.py::test_escaping_holds_through_every_filter_of_jinja",
        ("adapters/template_markup.py", "    return Markup((between", "    return Markup(_SIGNS.sub('', between"),
    ),
    Threat(
        "a stranger",
        "forges a card",
        "a card counts only if the bot wrote it and edited it last",
        "tests/core/lifecycle/test_restore.py::test_a_card_forged_by_an_outsider_is_text",
        ("core/model/cards.py", "if comment.marker is None or not comment.own_text:", "if comment.marker is None:"),
    ),
    Threat(
        "a writer",
        "edits the bot's card",
        "it no longer counts, and is rewritten from labels and timeline",
        "tests/core/lifecycle/test_restore.py::test_a_card_edited_by_a_writer_is_not_believed_and_is_written_anew",
        ("core/model/cards.py", "if comment.marker is None or not comment.own_text:", "if comment.marker is None:"),
    ),
    Threat(
        "a writer",
        "adds a command to somebody else's comment",
        "a comment that others edited runs nothing",
        "tests/core/commands/test_catalog.py::test_a_comment_edited_by_somebody_else_runs_nothing_and_is_told_so",
        ("core/decide/evaluate.py", "    if comment.edited_by_others:", "    if False:"),
    ),
    Threat(
        "a stranger",
        "gives commands, or floods an issue with them",
        "GitHub says each author's role; without Triage there is one reaction, nothing else",
        "tests/core/commands/test_catalog.py::test_below_triage_there_is_a_receipt_and_nothing_else",
        ("core/decide/evaluate.py", "    if role < Role.TRIAGE:", "    if False:"),
    ),
    Threat(
        "a stranger",
        "gives commands on a pull request",
        "pull requests start nothing, and none is checked out beside a token",
        "tests/adapters/test_actions.py::test_an_event_that_is_none_of_our_business",
        ("adapters/actions/event.py", """if "pull_request" in event["issue"]:""", "if False:"),
    ),
    Threat(
        "a stranger",
        "commands while GitHub fails to say their role",
        "the run ends before any write",
        "tests/e2e/test_tokens.py::test_where_github_cannot_say_a_role_nothing_is_done_and_the_run_fails",
        (
            "adapters/github/read_more.py",
            """    answer = client.get(f"/repos/{repository}/collaborators/{person}/permission")\n""",
            """    from salesbot.core.errors import ServiceError\n\n    try:\n"""
            """        answer = client.get(f"/repos/{repository}/collaborators/{person}/permission")\n"""
            "    except ServiceError:\n        return Role.WRITE\n",
        ),
    ),
    Threat(
        "somebody",
        "takes a name like the bot's",
        "accounts are distinguished by number, never by name",
        "tests/adapters/test_github_decode.py::test_whose_act_it_is_is_told_by_the_number_of_the_account",
        ("adapters/github/decode.py", "return one.id == other.id if", "return one.login == other.login if"),
    ),
    Threat(
        "a stranger",
        "writes a text over which a pattern of ours runs for hours",
        "no pattern can be configured, ours do not backtrack, and texts are read to a limit",
        "tests/core/text/test_markdown.py::test_hostile_text_takes_no_time",
        ("core/text/markdown.py", r"@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,4}(?!", r"@(?:\.?[A-Za-z0-9-]+)*(?!"),
    ),
    Threat(
        "a stranger",
        "writes a number of 4,301 digits, which Python refuses",
        "numbers, amounts and dates have a length limit",
        "tests/core/test_hostile_texts.py::test_no_field_ends_a_run",
        ("core/views/card.py", "(?:100|[0-9]{1,2})", "[0-9]+"),
    ),
    Threat(
        "a stranger",
        "opens an issue on which salesbot fails, to stop the other deals",
        "it is named, the others are done, and the exit code is 3",
        "tests/tasks/test_isolation.py::test_a_sync_does_the_others",
        ("tasks/isolation.py", "        except Exception as error:", "        except SystemExit as error:"),
    ),
    Threat(
        "a client",
        "edits the value in their own issue",
        "only commands and the Write role count; else the text before",
        "tests/core/lifecycle/test_field_trust.py::test_an_edit_of_ones_own_issue_changes_no_won_revenue",
        ("core/lifecycle/field_trust.py", "    if not trusted:", "    if not names:"),
    ),
    Threat(
        "a client",
        "writes a value, and a colleague corrects a typo elsewhere in the description",
        "each section has its own last author",
        "tests/core/lifecycle/test_field_trust.py::test_a_typo_fixed_elsewhere_in_the_description_confirms_nothing",
        (
            "core/lifecycle/field_trust.py",
            'if place > begin and text == kept(versions[place - 1].fields.get(heading, "")):',
            "if place > len(versions):",
        ),
    ),
    Threat(
        "a client",
        "writes a value that no run sees before a colleague edits the description and the report comes",
        "of edits that it does not know the report believes none unless nobody without the role can have written it",
        "tests/core/lifecycle/test_field_trust.py::test_what_no_run_has_seen_is_not_the_last_editors_in_the_report_either",
        ("core/report/reader.py", "_with_first_text(issue), body", "issue, body"),
    ),
    Threat(
        "a client",
        "changes a value between a colleague's `/confirm` and its run",
        "a section that was edited after the comment is not confirmed",
        "tests/core/lifecycle/test_field_trust.py::test_what_was_edited_after_the_confirmation_is_not_confirmed",
        ("core/commands/catalog.py", "each.doubt.since > ctx.said_at", "not ctx.said_at"),
    ),
    Threat(
        "a client",
        "closes their own issue as a duplicate",
        "an author outside the team takes no deal out of the pipeline",
        "tests/core/decide/test_outsiders_states.py::test_a_client_who_closes_their_issue_as_a_duplicate_takes_no_deal_out_of_the_numbers",
        ("core/decide/evaluate.py", '== "DUPLICATE" and outsider is None:', '== "DUPLICATE":'),
    ),
    Threat(
        "a client",
        "closes and reopens their own issue again and again",
        "one question for each such person",
        "tests/core/decide/test_outsiders_states.py::test_a_client_who_closes_and_reopens_their_issue_is_asked_about_once_and_nobody_outside_is_mentioned",
        ("core/decide/evaluate.py", "outsider is None else _of(outsider))", "outsider is None else intent.event)"),
    ),
    Threat(
        "somebody",
        "whose access was taken away, or a bot, is mentioned by salesbot, and gets its mails",
        "a comment mentions people who can be assigned here, and nobody else",
        "tests/core/lifecycle/test_people.py::test_a_refusal_mentions_nobody_who_cannot_be_assigned_here",
        (
            "core/lifecycle/people.py",
            "return actor.login if actor is not None and not actor.is_bot and is_here(actor.login, facts) else None",
            "return actor.login if actor is not None else None",
        ),
    ),
    Threat(
        "another workflow",
        "posts a card with comments that are still to be written, and has salesbot write Markdown of a stranger's",
        "a card keeps a message's name and its values; the values are data, whatever the card says",
        "tests/core/reconcile/test_other_comments.py::test_what_a_card_keeps_of_a_comment_is_data_and_mentions_nobody_from_outside",
        (
            "core/model/messages.py",
            "return Markdown(markdown.with_code(value)) if shape is Sentence",
            "return Markdown(value) if shape is Sentence",
        ),
    ),
    Threat(
        "another workflow",
        "posts a card with comments that are still to be written, so that salesbot mentions whole teams",
        "a comment that an earlier run left mentions only who works here, and the configured team",
        "tests/core/reconcile/test_other_comments.py::test_only_the_configured_team_is_mentioned",
        ("core/model/messages.py", "lambda name: team if name == team else None", "lambda name: name"),
    ),
    Threat(
        "another workflow",
        "posts a card with thousands of comments that are still to be written",
        "a run takes over fifty comments; keys, texts and lists have limits, and what is none of ours is left out",
        "tests/core/model/test_journal.py::test_values_of_another_kind_are_empty_and_long_ones_are_cut",
        ("core/model/messages.py", "[:MOST_PENDING]", ""),
    ),
    Threat(
        "somebody",
        "puts thousands of commands into one comment",
        "at most twenty, else none runs; 64 KiB are read",
        "tests/core/views/test_replies.py::test_more_than_twenty_commands_in_a_comment_are_answered_and_none_is_run",
        ("core/decide/evaluate.py", "    if len(intent.lines) > MOST_COMMANDS:", "    if False:"),
    ),
    Threat(
        "another bot",
        "repeats a command it quotes, and the two bots talk forever",
        "bots give no commands",
        "tests/core/commands/test_catalog.py::test_bots_give_no_commands",
        ("core/lifecycle/intents.py", " or comment.author.is_bot", ""),
    ),
    Threat(
        "a stranger",
        "puts 🚀 on a command, so that it looks done",
        "only the bot's own reaction counts, 🚀 only if the journal agrees",
        "tests/core/commands/test_catalog.py::test_a_strangers_rocket_is_no_receipt_but_ours_without_a_journal_is",
        ("core/lifecycle/intents.py", " and journal.has_forgotten(comment.id)", ""),
    ),
    Threat(
        "time",
        "a new identity of the bot runs every old `/won`",
        "commands older than seven days, or than an answered one, never run",
        "tests/core/commands/test_catalog.py::test_a_command_older_than_seven_days_is_not_run_and_not_answered",
        ("core/model/pipeline.py", "HORIZON = timedelta(days=7)", "HORIZON = timedelta(days=7000)"),
    ),
    Threat(
        "who may change templates",
        "reaches Python and the runner's token from a template",
        "Jinja's immutable sandbox, plain data, default branch only; published escapes are tried",
        "tests/adapters/test_templates.py::test_no_way_leads_out_of_a_template",
        (
            "adapters/template_environment.py",
            "class Environment(ImmutableSandboxedEnvironment):",
            "class Environment(__import__('jinja2').Environment):",
        ),
    ),
    Threat(
        "who may change templates",
        "lets a template loop for hours",
        "limits of 200,000 steps and 1,000,000 characters",
        "tests/adapters/test_templates.py::test_a_template_that_burns_or_breaks_is_refused_in_time",
        ("adapters/templates.py", "        if steps > MAX_STEPS:", "        if False:"),
    ),
    Threat(
        "who may change templates",
        "fills the memory",
        "a process of its own, with 256 MB",
        "tests/adapters/test_templates.py::test_what_a_template_takes_is_named",
        ("adapters/bounded.py", "limits[resource.RLIMIT_AS] =", "unlimited ="),
    ),
    Threat(
        "who may change templates",
        "computes for hours in one step",
        "three seconds of processor time",
        "tests/adapters/test_templates.py::test_a_template_that_computes_is_stopped_by_the_system",
        ("adapters/bounded.py", "{resource.RLIMIT_CPU: SECONDS}", "dict[int, int]()"),
    ),
    Threat(
        "who may change templates",
        "computes while a template is compiled",
        "nothing is computed then",
        "tests/adapters/test_templates.py::test_nothing_is_computed_while_a_template_compiles",
        ("adapters/template_environment.py", "if not isinstance(node, nodes.TemplateData):", "if False:"),
    ),
    Threat(
        "who may change the configuration",
        "writes YAML whose aliases unfold to gigabytes",
        "at most 5,000 values, aliases expanded; 256 KiB; 16 levels",
        "tests/core/config/test_yaml_reader.py::test_a_hostile_file_is_refused_within_two_seconds",
        ("core/config/yaml_reader.py", "        if self.nodes > MAX_NODES:", "        if False:"),
    ),
    Threat(
        "a missing permission",
        "hides the configuration, so that the default pipeline runs",
        "the run ends before any write, naming `contents: read`",
        "tests/e2e/test_tokens.py::test_a_token_that_may_not_read_files_does_not_run_the_default_pipeline",
        ("adapters/github/read.py", 'data.get("defaultBranchRef") is None and not need(data, "isEmpty")', "False"),
    ),
    Threat(
        "a stranger",
        "causes a traceback with commands to the runner",
        "tracebacks go through the same function as the log",
        "tests/cli/test_main.py::test_a_traceback_has_no_word_that_the_runner_would_obey",
        ("cli/output.py", "print(indent + log_safe(line), file", "print(indent + line, file"),
    ),
    Threat(
        "a log",
        "shows the App's token, which GitHub does not know",
        "it is masked before anything is printed",
        "tests/e2e/test_app.py::test_the_token_of_the_app_is_masked_before_anything_else_is_printed",
        ("cli/run.py", "    runner.mask(token)\n", ""),
    ),
    Threat(
        "a log",
        "shows the token in an error or a `repr`",
        "no `repr` has a secret, and errors are our own",
        "tests/adapters/test_actions.py::test_the_token_is_not_shown_with_the_inputs",
        ("adapters/actions/inputs.py", "    token: str = field(repr=False)", "    token: str"),
    ),
    Threat(
        "who answers in GitHub's place",
        "redirects an event of the relay, so that a lead is lost",
        "deliveries stay until an answer of 2xx; no redirect is followed",
        "tests/tasks/test_relay.py::test_a_redirect_takes_no_delivery_and_is_named",
        ("adapters/http.py", "allow_redirects=False", "allow_redirects=True"),
    ),
    Threat(
        "a stranger",
        "sends a response on which the relay fails",
        "it is kept and named, and the others are sent",
        "tests/tasks/test_relay.py::test_any_failure_of_the_client_keeps_its_delivery_and_no_other",
        ("tasks/relay.py", "except Exception:  # a bug in sending", "except AssertionError:  # a bug in sending"),
    ),
    Threat(
        "a stranger",
        "fakes or changes a response on its way through a relay",
        "the signature over the raw body, checked before any request",
        "tests/tasks/test_intake.py::test_a_body_changed_on_the_way_is_refused",
        (
            "tasks/intake.py",
            'if not is_signed(body.encode("utf-8", "surrogatepass"), signature, self.secret):',
            "if False:",
        ),
    ),
    Threat(
        "a stranger",
        "writes the key of a response into their own issue, to keep the lead out",
        "a key counts in the bot's issues, or with a label that needs Triage",
        "tests/tasks/test_intake.py::test_a_stranger_who_writes_a_marker_keeps_no_lead_out",
        (
            "core/leads/lead.py",
            "    if not issue.own and LABEL not in {label_key(name) for name in names}:",
            "    if False:",
        ),
    ),
    Threat(
        "a stranger",
        "fills in the form with headings, mentions and HTML",
        "answers are quoted and escaped, or in a code block",
        "tests/tasks/test_intake.py::test_ten_thousand_characters_of_html_do_nothing",
        ("core/leads/lead.py", "        return markdown.block(_shortened(text))", "        return _shortened(text)"),
    ),
    Threat(
        "a slip",
        "in Streak's address sends the key unencrypted",
        "https only, except on this machine; no redirect is followed",
        "tests/adapters/test_streak.py::test_the_key_is_never_shown_nor_sent_in_the_open",
        ("adapters/streak/client.py", "        if broken:", "        if False:"),
    ),
    Threat(
        "a slip",
        "in Typeform's address sends the token elsewhere or unencrypted",
        "https only, except on this machine; the form's id has no path; no redirect is followed",
        "tests/adapters/test_actions.py::test_no_secret_is_sent_in_the_open",
        ("adapters/urls.py", "parts.scheme == \"http\" and _is_here(parts)", "parts.scheme == \"http\""),
    ),
    Threat(
        "a slip",
        "in an address makes two programs read two hosts",
        "one function for all addresses: no username, backslash, blank or control character",
        "tests/adapters/test_actions.py::test_an_address_that_two_programs_read_in_two_ways_is_refused",
        ("adapters/urls.py", "return PLAIN if _NEVER.search(url) or \"@\" in parts.netloc else \"\"", "return \"\""),
    ),
    Threat(
        "a web page",
        "opened beside the sandbox acts in it or reads it",
        "the sandbox answers to this machine's names only, refuses other origins, and takes only JSON",
        "tests/github_sandbox/test_control.py::test_a_page_of_another_site_changes_nothing",
        ("src/github_sandbox/api/app.py", "        if refused:", "        if False:"),
    ),
    Threat(
        "a slip of ours",
        "writes although `dry-run: true` was asked for",
        "the client itself refuses to write",
        "tests/adapters/test_github_client.py::test_a_dry_run_sends_reads_and_no_write",
        ("adapters/github/client.py", "        if self.dry_run:", "        if False:"),
    ),
    Threat(
        "a stranger",
        "puts a script into a title, to run it on the report's page",
        "the page escapes all but our drawings, and its policy allows no request",
        "tests/core/report/test_files.py::test_what_a_stranger_wrote_is_text_on_the_page",
        (
            "adapters/templates.py",
            "autoescape=True,\n        trim_blocks=True,\n        lstrip_blocks=True,\n    )\n    return jinja",
            "autoescape=False,\n        trim_blocks=True,\n        lstrip_blocks=True,\n    )\n    return jinja",
        ),
    ),
    Threat(
        "a stranger",
        "begins a title with `=`, for a spreadsheet to compute",
        "such a cell begins with an apostrophe",
        "tests/core/report/test_files.py::test_a_spreadsheet_computes_nothing_a_stranger_wrote",
        ("core/text/csv_cells.py", "writer.writerow([inert(cell) for cell in row])", "writer.writerow(list(row))"),
    ),
    Threat(
        "another workflow",
        "writes a row of the report's cache that unpacks to gigabytes",
        "at most 16 MB a row; a foreign row has the cache filled again",
        "tests/tasks/test_report_cache.py::test_a_row_that_unpacks_to_more_than_any_issue_is_not_unpacked",
        ("adapters/github/snapshot.py", "unpacking.decompress(packed, LARGEST)", "unpacking.decompress(packed)"),
    ),
    Threat(
        "another workflow",
        "writes numbers into the report's cache that no deal can have",
        "they are checked when read, and computed again from the deal",
        "tests/tasks/test_report_cache.py::test_kept_numbers_that_we_did_not_write_are_computed_again",
        ("core/report/kept_numbers.py", "all(_AMOUNT.fullmatch(str(amount)) for amount in _amounts(deal))", "True"),
    ),
    Threat(
        "another workflow",
        "puts a view or a trigger into the report's cache",
        "a cache with anything but our tables is filled again",
        "tests/tasks/test_report_cache.py::test_a_cache_whose_tables_are_not_ours_is_begun_anew",
        ("adapters/github/cache_file.py", "if _schema(file) != _SCHEMA:", "if False:"),
    ),
    Threat(
        "who may change the repository",
        "puts a link into `.github`, so that `salesbot init` writes over files of whoever runs it",
        "nothing is written where a link leads out of the repository",
        "tests/tasks/setup/test_init.py::test_no_link_leads_out_of_the_repository",
        ("tasks/setup/init.py", "if not target.is_relative_to(root):", "if False:"),
    ),
    Threat(
        "everybody",
        "reads values in a repository nobody meant to be public",
        "`salesbot doctor` says who can read values",
        "tests/tasks/setup/test_doctor.py::test_what_people_should_know_is_said_and_is_no_failure",
        ("tasks/setup/findings.py", "    if not context.repository.private:", "    if False:"),
    ),
    Threat(
        "everybody",
        "downloads the deals that a public repository's job stored",
        "in a public repository files need `publish: yes`",
        "tests/core/report/test_files.py::test_who_may_have_files",
        ("tasks/report_files.py", "if not private and not self.publish and", "if False and"),
    ),
    Threat(
        "who may edit issues",
        "changes a report's stored figures, so that they unpack to gigabytes",
        "a limit; only numbers of a report are read",
        "tests/core/report/test_bridge.py::test_figures_that_unpack_to_very_much_are_none_and_cost_nothing",
        ("core/report/figures.py", "validate=True), MOST_READ)", "validate=True))"),
    ),
    Threat(
        "a stranger",
        "names a company so that the chat message mentions everybody or shows a link",
        "what Slack and Mattermost act on is escaped",
        "tests/core/report/test_view.py::test_a_stranger_wakes_nobody_in_a_chat_and_sets_no_link",
        ("adapters/chat_services.py", '.replace("@", f"@{GAP}")', ""),
    ),
    Threat(
        "who answers at the address of the chat",
        "redirects the report",
        "https only, no redirect is followed, and no log has the address",
        "tests/adapters/test_webhook.py::test_no_redirect_is_followed_and_a_refusal_is_reported_without_the_address",
        ("adapters/http.py", "allow_redirects=False", "allow_redirects=True"),
    ),
]  # fmt: skip


def main(words: list[str]) -> int:
    """Try the defences. Returns 1 if a test passes without the defence it watches."""
    chosen = [threat for threat in THREATS if all(word in threat.does for word in words)]
    if not chosen:
        print(f"No threat has {' and '.join(words)} in what it does.")
        return 2
    idle = []
    for number, threat in enumerate(chosen, 1):
        caught = is_caught(threat)
        print(
            f"[{number:2}/{len(chosen)}] {'caught' if caught else 'NOT CAUGHT'}: {threat.who} {threat.does}", flush=True
        )
        print(f"         without it in {threat.source}, {threat.test.partition('::')[2]} fails")
        idle += [] if caught else [threat]
    print(f"{len(chosen) - len(idle)} of {len(chosen)} tests fail when their defence is removed.")
    return 1 if idle else 0


def is_caught(threat: Threat) -> bool:
    """Take the defence out of a copy, and say whether the test fails there."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        for part in (".github", "src", "templates", "tests", "pyproject.toml", "action.yml", "Dockerfile"):
            source = TOP / part
            ignore = shutil.ignore_patterns("__pycache__", "node_modules")
            shutil.copytree(source, copy / part, ignore=ignore) if source.is_dir() else shutil.copy(source, copy / part)
        file, defence, instead = threat.without
        changed = copy / threat.source
        text = changed.read_text(encoding="utf-8")
        if text.count(defence) != 1:
            raise SystemExit(f"{file} has {text.count(defence)} times: {defence}")
        changed.write_text(text.replace(defence, instead), encoding="utf-8")
        return not passes(threat.test, copy)


def passes(test: str, folder: Path) -> bool:
    """Run one test on the sources of a folder."""
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "-n", "0", test]
    env = {**os.environ, "PYTHONPATH": str(folder / "src"), "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        done = subprocess.run(command, cwd=folder, env=env, capture_output=True, timeout=LONGEST, check=False)
    except subprocess.TimeoutExpired:
        return False
    if done.returncode not in (0, 1):
        raise SystemExit(f"{test} did not run:\n{done.stdout.decode()[-2000:]}")
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
