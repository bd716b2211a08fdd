"""What salesbot says of a wrong configuration: every problem at once, each with its place and what to do."""

from __future__ import annotations

import pytest

from salesbot.adapters.time_zones import SystemTimeZones
from salesbot.core import config
from salesbot.core.config.problems import ConfigError, Problem, shown
from salesbot.core.model.pipeline import checklist_file

TEMPLATES = frozenset(checklist_file(name) for name in ("qualification", "estimate", "handover"))
ALL_STAGES = "prospect, lead, qualified, negotiating, won, lost, rejected, revisit"
ENDS = "(lost, rejected, won). Add an end to its `next`, such as lost."


def problems(text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        config.parse(text, "f", templates=TEMPLATES, zones=SystemTimeZones())
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("stagse: {}", "f:1:1: stagse: unknown key. Did you mean stages?", id="a misspelled key"),
        pytest.param(
            "stages:\n  lead:\n    colour: ff0000",
            "f:3:5: stages.lead.colour: unknown key. Did you mean color?",
            id="a misspelled key of a stage",
        ),
        pytest.param(
            "report: {goal: {week: 5}}",
            "f:1:17: report.goal.week: unknown key. There are: month, quarter, year, people.",
            id="a key nothing like those there are: they are listed",
        ),
        pytest.param(
            "report: {goal: {people: {nora: {week: 5}}}}",
            "f:1:33: report.goal.people.nora.week: unknown key. There are: month, quarter, year.",
            id="a goal of a person for a period that there is not",
        ),
        pytest.param(
            "report: {goal: {people: {nora: 90000}}}",
            'f:1:32: report.goal.people.nora: must be settings (key: value), but is "90000"',
            id="a goal of a person without its period",
        ),
        pytest.param(
            "report: {goal: {people: {Nora Novak: {month: 5}}}}",
            'f:1:38: report.goal.people.Nora Novak: must be a GitHub login, but is "Nora Novak"',
            id="a goal of somebody by name",
        ),
        pytest.param(
            "streak: {api_key: x}",
            "f:1:10: streak.api_key: unknown key. "
            "This file must not contain secrets: put it in the repository's secrets.",
            id="a secret in the file",
        ),
        pytest.param("goals: {month: 5}", "f:1:1: goals: unknown key. Did you mean report.goal?", id="of a section"),
        pytest.param(
            "probability: 40", "f:1:1: probability: unknown key. Did you mean stages.NAME.probability?", id="of a stage"
        ),
        pytest.param(
            "report: {timezone: Europe/Berlin}",
            "f:1:10: report.timezone: unknown key. Did you mean timezone at the top level?",
            id="of the top level",
        ),
        pytest.param(
            "peopl: {ann: ann@acme.com}",
            "f:1:1: peopl: unknown key. Did you mean owners.people or report.goal.people or streak.people?",
            id="of two sections",
        ),
        pytest.param(
            "typeform: {form: abc, sinse: 2026-11-01}",
            "f:1:23: typeform.sinse: unknown key. Did you mean since?",
            id="a slip is looked for at its own place first",
        ),
        pytest.param(
            "version: 2", 'f:1:10: version: this salesbot understands version 1, not "2"', id="another version"
        ),
    ],
)
def test_unknown_keys(text: str, said: str) -> None:
    assert problems(text) == [said]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param(
            "stages: [lead]", "stages: must be settings (key: value), but is a list", id="a list for settings"
        ),
        pytest.param(
            "stages: {lead: 5}", 'stages.lead: must be settings (key: value), but is "5"', id="a number for a stage"
        ),
        pytest.param(
            "fields: {nda: null}", "fields.nda: must be settings (key: value), but is null", id="no such field"
        ),
        pytest.param(
            "sources: web", 'sources: must be a list, but is "web". Write [one, another].', id="a word for a list"
        ),
        pytest.param("currency: [EUR]", "currency: must be text, but is a list", id="a list for a word"),
        pytest.param("currency: null\ndeals: ''", 'deals: must be one of all, labelled, but is ""', id="an empty word"),
        pytest.param("notify: {new: }", "notify.new: must be text, but is empty", id="nothing behind the colon"),
        pytest.param(
            "stages: {lead: {probability: high}}",
            'stages.lead.probability: must be a whole number from 0 to 100, but is "high"',
            id="a word for a number",
        ),
        pytest.param(
            "stages: {lead: {probability: 35 %}}",
            'stages.lead.probability: must be a whole number from 0 to 100, but is "35 %". Write 35.',
            id="a percent sign",
        ),
        pytest.param(
            "stages: {lead: {probability: '35'}}",
            'stages.lead.probability: must be a whole number from 0 to 100, but is "35". Write 35.',
            id="a number in quotes",
        ),
        pytest.param(
            "stages: {lead: {probability: 101}}",
            "stages.lead.probability: must be from 0 to 100, but is 101",
            id="more than certain",
        ),
        pytest.param(
            "stages: {lead: {idle_days: 0}}",
            "stages.lead.idle_days: must be from 1 to 3650, but is 0",
            id="idle at once",
        ),
        pytest.param(
            "stages: {lead: {color: green}}",
            'stages.lead.color: must be six hexadecimal digits such as 0e8a16, but is "green"',
            id="a colour by name",
        ),
        pytest.param(
            "stages: {lead: {color: '#0e8a16'}}",
            "stages.lead.color: a colour has no # in front. Write 0e8a16.",
            id="a colour as in HTML",
        ),
        pytest.param(
            "stages: {lead: {notify: acme/sales}}",
            'stages.lead.notify: must be a mention such as @acme/sales, but is "acme/sales". '
            'Write "@name" or "@org/team".',
            id="a mention without @",
        ),
        pytest.param(
            "stages: {lead: {command: /go}}",
            'stages.lead.command: must be a lowercase word, but is "/go". Write it without the slash.',
            id="a command with its slash",
        ),
        pytest.param("since: yesterday", 'since: must be a date such as 2026-11-23, but is "yesterday"', id="no date"),
        pytest.param(
            "since: 2026-02-30", "since: there is no 2026-02-30: day is out of range for month", id="30 February"
        ),
        pytest.param(
            "quiet: [2027-01-03..2026-12-21]",
            "quiet: ends before it begins (2027-01-03 is after 2026-12-21). Write 2026-12-21..2027-01-03.",
            id="holidays backwards",
        ),
        pytest.param(
            "timezone: Europe/Berln",
            'timezone: unknown time zone "Europe/Berln". Did you mean Europe/Berlin?',
            id="a misspelled time zone",
        ),
        pytest.param(
            "timezone: Europe",
            'timezone: unknown time zone "Europe". Write a name such as Europe/Berlin.',
            id="a continent for a time zone",
        ),
        pytest.param(
            "timezone: ../../etc/passwd",
            'timezone: unknown time zone "../../etc/passwd". Write a name such as Europe/Berlin.',
            id="a path for a time zone",
        ),
        pytest.param(
            "currency: eur",
            'currency: must be a currency code such as EUR, but is "eur". Did you mean EUR?',
            id="a currency in small letters",
        ),
        pytest.param("currency: Euro", 'currency: must be a currency code such as EUR, but is "Euro"', id="no code"),
        pytest.param(
            "permissions: {moves: wirte}", 'permissions.moves: unknown role "wirte". Did you mean write?', id="no role"
        ),
        pytest.param(
            "permissions: {moves: read}",
            "permissions.moves: read is not enough: on a public repository everybody has it. "
            "There are: triage, write, maintain, admin.",
            id="a role that everybody has",
        ),
        pytest.param(
            "report: {window: 12}",
            'report.window: must be a number of months, but is "12". Write 12 months.',
            id="12 what",
        ),
        pytest.param(
            "report: {rates: {USD: much}}",
            'report.rates.USD: must be a number such as 0.92, but is "much". Or one rate for each start date.',
            id="a rate that is no number",
        ),
        pytest.param(
            "report: {rates: {USD: {2026-13-01: 0.9}}}",
            "report.rates.USD.2026-13-01: there is no 2026-13-01: month must be in 1..12",
            id="a rate from a day that does not exist",
        ),
        pytest.param(
            "report: {rates: {USX: 1}}", "report.rates.USX: USX is not a currency", id="a rate of no currency"
        ),
        pytest.param(
            "rates: {default: 900 EUR, senior: 1,200 EUR}",
            'rates.200 EUR: "200 EUR" is not the name of a rate. Use letters, digits and dashes. Between braces, an '
            'amount with a comma needs quotes: {senior: "1,200 EUR"}.',
            id="a comma between braces",
        ),
        pytest.param(
            "rates: {default: much}",
            'rates.default: must be an amount such as 900 EUR, and is "much"',
            id="a rate of a day that is no amount",
        ),
        pytest.param(
            "rates: {days: 900}",
            'rates.days: "days" is a unit, and cannot be the name of a rate',
            id="a rate that is called like a unit",
        ),
        pytest.param(
            "hours_per_day: 30",
            'hours_per_day: must be a number of hours from 1 to 24, such as 7.5, and is "30"',
            id="more hours than a day has",
        ),
        pytest.param(
            "report: {rates: {EUR: 1}}",
            "report.rates.EUR: EUR is your own currency. Take it out.",
            id="a rate of the team's own currency",
        ),
        pytest.param(
            "report: {goal: {year: 1m}}",
            'report.goal.year: must be a number such as 250000, but is "1m"',
            id="a goal in words",
        ),
        pytest.param("typeform: {map: {}}", "typeform.form: is missing", id="a Typeform without its form"),
        pytest.param(
            "typeform: {form: [x]}", "typeform.form: must be text, but is a list", id="a wrong one is not missing"
        ),
        pytest.param("sources: [web, Web]", 'sources: names "Web" twice. Keep one of them.', id="a source twice"),
        pytest.param("deals: some", 'deals: must be one of all, labelled, but is "some"', id="no such choice"),
    ],
)
def test_values_of_the_wrong_kind(text: str, said: str) -> None:
    assert [problem.split(": ", 1)[1] for problem in problems(text)] == [said]


@pytest.mark.parametrize(
    ("stages", "said"),
    [
        pytest.param(
            "lead: {next: [qualifed, lost]}",
            'stages.lead.next: unknown stage "qualifed". Did you mean qualified?',
            id="a misspelled stage",
        ),
        pytest.param(
            "lead: {next: [+xyz]}",
            f'stages.lead.next: unknown stage "xyz". There are: {ALL_STAGES}.',
            id="a stage nothing like those there are",
        ),
        pytest.param(
            "lead: {next: [prospect, qualified, lost]}, prospect: null",
            "stages.lead.next: prospect is dropped from the pipeline. Take it out here, or do not drop it.",
            id="a list that names a dropped stage",
        ),
        pytest.param(
            "lead: {next: [+won, lost]}",
            "stages.lead.next: mixes a list with changes to the default list. Use + or - on all names, or on none.",
            id="signs at some names only",
        ),
        pytest.param(
            "lead: {next: [+lead]}", "stages.lead.next: a stage cannot lead to itself. Leave it out.", id="to itself"
        ),
        pytest.param(
            "lead: {next: [+won, +won]}", 'stages.lead.next: names "+won" twice. Keep one of them.', id="a stage twice"
        ),
        pytest.param(
            "won: {next: [lead]}",
            "stages.won.next: an end stage leads nowhere: its deals are reopened. Leave it out.",
            id="a way on from won",
        ),
        pytest.param(
            "lead: {after: quailfied}",
            'stages.lead.after: unknown stage "quailfied". Did you mean qualified?',
            id="behind a misspelled stage",
        ),
        pytest.param(
            "lead: {after: won}",
            "stages.lead.after: only an open stage follows an open stage. Leave it out.",
            id="behind an end stage",
        ),
        pytest.param("lead: {after: lead}", "stages.lead.after: a stage cannot follow itself", id="behind itself"),
        pytest.param(
            "Verbal: {}",
            'stages.Verbal: stage names are lowercase, unlike "Verbal". Write verbal.',
            id="a name with a capital",
        ),
        pytest.param(
            '"a,b": {}',
            'stages.a,b: "a,b" is not a stage name. Use up to 40 letters, digits, spaces and dashes.',
            id="no name",
        ),
        pytest.param(
            "previous: {}",
            "stages.previous: no stage can be called previous: `reopens` uses the word",
            id="a taken word",
        ),
        pytest.param(
            "verbal: null",
            f"stages.verbal: only a default stage can be dropped. There are: {ALL_STAGES}.",
            id="dropping what is not there",
        ),
        pytest.param(
            "won: null",
            "stages.won: won cannot be dropped. Deals that were won need it; `was:` gives it another name.",
            id="dropping won",
        ),
        pytest.param(
            "lead: null",
            "stages.lead: new deals start at lead, which is dropped. Say which open stage they start in: `initial`.",
            id="dropping the stage deals start in",
        ),
        pytest.param(
            "prospect: ",
            "stages.prospect: nothing is written here. Write `prospect: null` to drop the stage, or delete the line.",
            id="a default stage with nothing behind the colon",
        ),
        pytest.param(
            "offer: {was: negotating}",
            'stages.offer.was: unknown stage "negotating". Did you mean negotiating?',
            id="taking over a misspelled stage",
        ),
        pytest.param(
            "offer: {was: verbal}",
            'stages.offer.was: unknown stage "verbal". '
            "If a stage of your own had this name, give its place with `after`.",
            id="taking over a stage nobody knows",
        ),
        pytest.param(
            "offer: {was: negotiating}, negotiating: null",
            "stages.negotiating: is dropped here, and taken over by offer (was:). Delete this line.",
            id="taken over and dropped",
        ),
        pytest.param(
            "offer: {was: negotiating}, negotiating: {probability: 5}",
            "stages.negotiating: has become offer (was:). Write its settings under offer, or take the `was` away.",
            id="taken over and set",
        ),
        pytest.param(
            "offer: {was: negotiating}, talks: {was: negotiating, after: lead}",
            "stages.talks.was: negotiating has become offer already. Keep one of them.",
            id="taken over twice",
        ),
        pytest.param(
            "lead: {was: lead}", "stages.lead.was: is the stage's own name. Leave it out.", id="itself earlier"
        ),
        pytest.param(
            "lead: {was: lost}",
            "stages.lead.was: lost is another kind of stage. Open, put off, won and ended ones do not mix.",
            id="an end stage taken over by an open one",
        ),
        pytest.param(
            "lead: {label: 'STAGE:Won'}",
            'stages.lead.label: won has the label "stage:won" too. Choose another one.',
            id="one label for two stages, case apart",
        ),
        pytest.param(
            f"lead: {{label: {'x' * 51}}}",
            "stages.lead.label: has 51 characters; 50 are allowed. Shorten it.",
            id="a label longer than GitHub takes",
        ),
        pytest.param(
            f"lead: {{description: {'x' * 101}}}",
            "stages.lead.description: has 101 characters; 100 are allowed. Shorten it.",
            id="a description longer than GitHub takes",
        ),
        pytest.param(
            "lead: {label: ' lead'}",
            "stages.lead.label: must be one line without spaces around it",
            id="a label with a space that GitHub would cut off",
        ),
        pytest.param(
            "lead: {label: 'attention:idle'}",
            'stages.lead.label: the label "attention:idle" means something else to salesbot',
            id="a label of salesbot's own",
        ),
        pytest.param(
            "lead: {label: Report}",
            'stages.lead.label: the label "Report" means something else to salesbot',
            id="the label of salesbot's reports",
        ),
        pytest.param(
            "lead: {was: talks}, qualified: {label: 'stage:talks'}",
            'stages.lead.was: "stage:talks" is the label of qualified, so it cannot mean lead as well',
            id="an earlier label that another stage has now",
        ),
        pytest.param(
            "lead: {command: won}",
            "stages.lead.command: won has the command /won too. Choose another one.",
            id="one command for two stages",
        ),
        pytest.param(
            "lead: {command: undo}",
            "stages.lead.command: /undo is already another command. Choose another word.",
            id="a command that is no move",
        ),
        pytest.param(
            "lead: {checklist: estmate}",
            'stages.lead.checklist: there is no checklist "estmate" (checklists/estmate.md.j2). Did you mean estimate?',
            id="a checklist without a template",
        ),
        pytest.param(
            "lead: {requires: ['checklist:nda']}",
            'stages.lead.requires: there is no checklist "nda" (checklists/nda.md.j2). '
            "There are: estimate, handover, qualification.",
            id="a guard that asks for a checklist without a template",
        ),
        pytest.param(
            "lead: {requires: [ownr]}",
            'stages.lead.requires: unknown guard "ownr". Did you mean owner?',
            id="a misspelled guard",
        ),
        pytest.param(
            "lead: {requires: [checklist]}",
            'stages.lead.requires: unknown guard "checklist". Did you mean checklist:<name>?',
            id="a guard without what it asks for",
        ),
        pytest.param(
            "lead: {requires: [checklist: estimate]}",
            "stages.lead.requires: must be one word. Write it without a space after the colon, in quotes.",
            id="a guard with a space behind its colon",
        ),
        pytest.param(
            "lead: {expects: ['field:compny']}",
            'stages.lead.expects: unknown field "compny". Did you mean company?',
            id="a guard that asks for a misspelled field",
        ),
    ],
)
def test_stages_that_do_not_fit(stages: str, said: str) -> None:
    assert [problem.split(": ", 1)[1] for problem in problems(f"stages: {{{stages}}}")] == [said]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param(
            f"label_prefix: {'p' * 30}\nstages: {{{'n' * 21}: {{}}}}",
            f"stages.{'n' * 21}.label: the label has 51 characters; 50 are allowed. Set `label`.",
            id="a prefix and a name that are too long together",
        ),
        pytest.param("initial: led", 'initial: unknown stage "led". Did you mean lead?', id="a misspelled start"),
        pytest.param(
            "initial: won",
            "initial: won is not an open stage. There are: prospect, lead, qualified, negotiating.",
            id="at the end",
        ),
        pytest.param(
            "reopens: revisit",
            "reopens: revisit is not an open stage. There are: prospect, lead, qualified, negotiating.",
            id="reopened into waiting",
        ),
        pytest.param(
            "reopens: prospect\nstages: {prospect: null}",
            "reopens: prospect is dropped from the pipeline. Take it out here, or do not drop it.",
            id="reopened into a dropped stage",
        ),
        pytest.param(
            "fields: {company: {}}",
            "fields.company: there is the built-in field Company already. Choose another name.",
            id="a field with the key of a built-in one",
        ),
        pytest.param(
            "fields: {close: {label: expected  Close}}",
            "fields.close.label: there is the built-in field Expected close already. Choose another name.",
            id="a field with the heading of a built-in one, case and spaces apart",
        ),
        pytest.param(
            "fields: {a: {label: Region}, b: {label: region}}",
            "fields.b.label: there is the field a already. Choose another name.",
            id="two fields with one heading",
        ),
        pytest.param(
            "fields: {Nda: {}}",
            'fields.Nda: must be the key of a field, in lowercase, such as expected-close, but is "Nda"',
            id="a capital in a key",
        ),
        pytest.param(
            "fields: {nda: {type: choice}}",
            "fields.nda: a choice needs options. Write options: [one, another].",
            id="nothing to choose",
        ),
        pytest.param(
            "fields: {nda: {options: [yes, no]}}",
            "fields.nda.options: only a choice has options, and this is text. Write type: choice.",
            id="options for a text",
        ),
        pytest.param(
            "fields: {nda: {type: text, options: [a]}}",
            "fields.nda.options: only a choice has options, and this is text. Write type: choice.",
            id="options for what is said to be a text",
        ),
        pytest.param(
            "fields: {nda: {type: choise, options: [a]}}",
            'fields.nda.type: must be one of text, number, money, date, choice, yes/no, but is "choise". '
            "Did you mean choice?",
            id="a misspelled type",
        ),
        pytest.param(
            "report: {by: [servce]}",
            'report.by: unknown field "servce". Did you mean service?',
            id="counted by no field",
        ),
        pytest.param(
            "typeform: {form: x, map: {mail: ref}}",
            'typeform.map.mail: unknown field "mail". Did you mean email?',
            id="an answer for no field",
        ),
        pytest.param(
            "streak: {pipelines: {sales: {key: x, stages: {led: 5001}}}}",
            'streak.pipelines.sales.stages.led: unknown stage "led". Did you mean lead?',
            id="Streak's stage for no stage",
        ),
        pytest.param(
            "streak: {pipelines: {sales: {key: x, stages: {lead: 5001, won: 5001}}}}",
            'streak.pipelines.sales.stages.won: Streak\'s "5001" means lead already. '
            "Map each Streak stage to one stage only.",
            id="one of Streak's stages for two",
        ),
        pytest.param(
            "streak: {pipelines: {connections: {key: x, stages: {won: 5001}}}}",
            "streak.pipelines.connections.stages.won: a connection opens a deal, and won is not an open stage",
            id="a connection that is won at once",
        ),
        pytest.param(
            "chat: {won: maybe}", 'chat.won: must be true or false, but is "maybe"', id="neither true nor false"
        ),
        pytest.param(
            "chat: {kind: slak}",
            'chat.kind: must be one of slack, mattermost, teams, discord, google-chat, but is "slak". '
            "Did you mean slack?",
            id="a chat that is not known",
        ),
        pytest.param("board: {guards: requires}", "board.project: is missing", id="a board without its number"),
        pytest.param(
            "board: {project: 7, stages: {quallified: Fit}}",
            'board.stages.quallified: unknown stage "quallified". Did you mean qualified?',
            id="a column for no stage",
        ),
        pytest.param(
            "board: {project: 7, stages: {won: Negotiating}}",
            'board.stages.won: "Negotiating" means negotiating already. Choose another one.',
            id="a column for two stages",
        ),
        pytest.param(
            "board: {project: 7, fields: {next_step: next-on}}",
            'board.fields.next_step: "next-on" means next_date already. Choose another one.',
            id="a field for two things, written otherwise",
        ),
    ],
)
def test_settings_that_do_not_fit(text: str, said: str) -> None:
    assert [problem.split(": ", 1)[1] for problem in problems(text)] == [said]


@pytest.mark.parametrize(
    ("stages", "said"),
    [
        pytest.param(
            "lead: {next: [-prospect]}, qualified: {next: [-prospect]}, revisit: {next: [-prospect]}",
            ["no stage leads to prospect. Add it to the `next` of another stage, or drop it: `prospect: null`."],
            id="a stage that nothing leads to",
        ),
        pytest.param(
            "qualified: {next: [-won]}, negotiating: {next: [-won]}",
            ["no stage leads to won. Add it to the `next` of another stage."],
            id="a pipeline in which nothing is won",
        ),
        pytest.param(
            "verbal: {}, negotiating: {next: [won, lost]}, revisit: {next: [lead, prospect]}",
            ["no stage leads to verbal. Add it to the `next` of another stage, or take it out."],
            id="a stage of one's own that the others leave out",
        ),
        pytest.param(
            "negotiating: {next: []}",
            ["no way leads from negotiating to an end (lost, rejected, won). Add an end to its `next`, such as lost."],
            id="a stage that leads nowhere",
        ),
        pytest.param(
            "qualified: {next: [negotiating]}, negotiating: {next: [qualified]}",
            [
                "no stage leads to won. Add it to the `next` of another stage.",
                f"no way leads from qualified to an end {ENDS}",
                f"no way leads from negotiating to an end {ENDS}",
            ],
            id="two stages that only lead to each other",
        ),
        pytest.param(
            "a: {after: b}, b: {after: a}",
            ["goes round in a circle. Name a stage that does not follow this one."] * 2,
            id="stages that follow each other",
        ),
    ],
)
def test_ways_that_are_missing(stages: str, said: list[str]) -> None:
    assert [problem.split(": ", 2)[2] for problem in problems(f"stages: {{{stages}}}")] == said


@pytest.mark.parametrize(
    ("text", "place"),
    [
        pytest.param("stages:\n  lead:\n    colour: x", "f:3:5", id="of an unknown key: the key"),
        pytest.param("stages:\n  lead:\n    probability:   high", "f:3:20", id="of a wrong value: the value"),
        pytest.param("notify:\n  new:\n\ndeals: all", "f:2:3", id="of a value that is not there: its key"),
        pytest.param("stages:\n  lead:\n    next:\n      - -won\n      - +wonn", "f:5:9", id="of an entry: the entry"),
        pytest.param("typeform:\n  map: {}", "f:1:1", id="of something missing: the settings it is missing from"),
        pytest.param(
            "deals: all\nstages: {lead: {next: [lost]}}", "f:2:1", id="of a stage not in the file: the stages"
        ),
    ],
)
def test_the_place_of_a_problem(text: str, place: str) -> None:
    assert problems(text)[0].startswith(f"{place}: ")


def test_every_problem_is_reported_at_once_in_the_order_of_the_file() -> None:
    text = """\
timezone: Europe/Berln
stages:
  qualified:
    colour: ff0000
    probability: 120
    requires: [ownr, "field:compny"]
    next: [-prospect, +wonn]
  lead: {next: [qualified, lost]}
  lead: {}
  revisit: {next: [lead]}
fields:
  nda: {type: choice}
"""
    assert problems(text) == [
        'f:1:11: timezone: unknown time zone "Europe/Berln". Did you mean Europe/Berlin?',
        "f:2:1: stages.prospect: no stage leads to prospect. "
        "Add it to the `next` of another stage, or drop it: `prospect: null`.",
        "f:4:5: stages.qualified.colour: unknown key. Did you mean color?",
        "f:5:18: stages.qualified.probability: must be from 0 to 100, but is 120",
        'f:6:16: stages.qualified.requires: unknown guard "ownr". Did you mean owner?',
        'f:6:22: stages.qualified.requires: unknown field "compny". Did you mean company?',
        'f:7:23: stages.qualified.next: unknown stage "wonn". Did you mean won?',
        "f:9:3: stages.lead: is written twice, first in line 8. Keep one of them.",
        "f:12:8: fields.nda: a choice needs options. Write options: [one, another].",
    ]


@pytest.mark.parametrize(
    "stages",
    [
        pytest.param("lead: {next: [xyz]}", id="a list in which nothing is understood"),
        pytest.param("verbal: 5, lead: {next: [verbal]}", id="a list of a stage that cannot be read"),
    ],
)
def test_one_mistake_is_one_problem(stages: str) -> None:
    assert len(problems(f"stages: {{{stages}}}")) == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        pytest.param("a\nb\tc", "a b c", id="lines become one"),
        pytest.param("\x1b[31mred\x07", "[31mred", id="nothing steers a terminal"),
        pytest.param("\u202eevil\u200b", "evil", id="nothing hides or turns around"),
        pytest.param("x" * 41, "x" * 39 + "…", id="long words are cut"),
        pytest.param("größe 😀", "größe 😀", id="letters of any language stay"),
    ],
)
def test_the_files_own_words_in_messages(words: str, said: str) -> None:
    assert shown(words) == said


def test_a_hostile_key_is_shown_short_and_clean() -> None:
    (said,) = problems(f'"{"x" * 500}\\n::error::\\e[31m": 1')
    assert said == f"f:1:1: {'x' * 39}…: unknown key"


def test_a_problem_of_a_whole_file_has_no_path() -> None:
    assert str(Problem("f", 1, 1, "", "is odd")) == "f:1:1: is odd"
    assert str(Problem("f", 2, 3, "a.b", "is odd", "Fix it.")) == "f:2:3: a.b: is odd. Fix it."


def test_a_problem_is_said_once() -> None:
    problem = Problem("f", 1, 1, "", "is odd")
    assert str(ConfigError([problem, problem])) == "f:1:1: is odd"
