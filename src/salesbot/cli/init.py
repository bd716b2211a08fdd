"""`salesbot init`: what it asks, and where its answers come from if nobody is there to ask."""

from __future__ import annotations

import argparse
import re
import shlex
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from salesbot.adapters.time_zones import SystemTimeZones
from salesbot.cli import output
from salesbot.cli.connection import Subcommands, repository_here
from salesbot.cli.exit_codes import DONE
from salesbot.cli.host import Host
from salesbot.core.errors import InputError
from salesbot.core.installation.image_step import Image
from salesbot.core.installation.kit import Choices
from salesbot.core.text.currencies import DECIMALS
from salesbot.core.text.suggestions import nearest
from salesbot.tasks.setup import init

ZONES = SystemTimeZones()
Ask = Callable[[str], str]


def add_commands(commands: Subcommands) -> None:
    """Add this command to the command line."""
    install = commands.add_parser("init", help="write workflow and configuration into a repository on this machine")
    install.add_argument("--repo", metavar="DIR", default=".", help="the folder of the repository, default: this one")
    install.add_argument(
        "--owner",
        metavar="OWNER[/NAME]",
        default="",
        help="who hosts your copy of salesbot on GitHub, and its name; default: salesbot of the git remote's owner",
    )
    how = install.add_mutually_exclusive_group()
    how.add_argument("--light", action="store_true", help="run without a container, on the runner's own Python")
    how.add_argument(
        "--image",
        default="",
        metavar="IMAGE",
        help="run a published image, which may be private: ghcr.io/OWNER/salesbot:VERSION",
    )
    install.add_argument("--timezone", default="", metavar="ZONE", help="default: that of this machine")
    install.add_argument("--currency", default="", metavar="CODE", help="default: EUR")
    install.add_argument("--form", default="", metavar="ID", help="the Typeform form that leads come from")
    install.add_argument("--streak", default="", metavar="KEY", help="the key of your pipeline in Streak")
    install.add_argument("--yes", action="store_true", help="write what is missing without asking; leaves what differs")
    install.add_argument("--force", action="store_true", help="also overwrite what differs")
    install.set_defaults(run=run_init)


def run_init(args: argparse.Namespace, host: Host) -> int:
    """Write the files. What differs is only shown, unless a person agrees or `--force` is given."""
    given = Path(args.repo)
    if not given.is_dir():
        raise InputError(f"{given} is not a folder.", "Name the repository's folder with --repo")
    folder = init.root_of(given)
    if folder != given:
        output.show_plain(f"{given.resolve()} is in the repository {folder}; the files go there.")
    ask = _question if sys.stdin.isatty() and not args.yes else None
    choices = _choices(args, host, folder, ask)
    program = choices.image.text if choices.image else f"{choices.copy}{'/light' if choices.light else ''}"
    output.show_plain(f"With {program}, time zone {choices.timezone}, currency {choices.currency}.")
    files = init.plan(folder, choices)
    options = init.Options(args.yes or args.force, args.force, ask, output.show_plain)
    written = init.write_files(folder, files, options)
    if written:
        git = "git" if args.repo == "." and folder == given else f"git -C {shlex.quote(str(folder))}"
        output.show(f"Check it, then: {git} add {' '.join(written)} && {git} commit -m 'salesbot' && {git} push")
    return DONE


def _choices(args: argparse.Namespace, host: Host, folder: Path, ask: Ask | None) -> Choices:
    """Collect the answers: as given, else as the files of the repository have them, else as somebody says."""
    owner = repository_here(host, folder).partition("/")[0]
    given = {"copy": args.owner, **{name: getattr(args, name) for name in ("timezone", "currency", "form", "streak")}}
    known = init.existing_choices(folder) | {name: text for name, text in given.items() if text}
    image = _image(args, known)
    if image and not args.owner:
        known["copy"] = image.name
    asked = _Questions(known, ask)
    copy = asked.answer("copy", "Who hosts your copy of salesbot, OWNER or OWNER/NAME", owner, init.checked_copy)
    timezone = asked.answer("timezone", "Time zone", ZONES.of_machine(host.env), _zone)
    return Choices(
        copy=copy,
        since=host.clock.now().astimezone().date(),
        light=image is None and (args.light or bool(known.get("light"))),
        image=image,
        timezone=timezone,
        currency=asked.answer("currency", "Currency", "EUR", _currency),
        form=asked.answer("form", "Typeform form that leads come from, its id or address; empty for none", "", _form),
        streak=asked.answer("streak", "Key of your pipeline in Streak; empty for none", "", _key),
    )


def _image(args: argparse.Namespace, known: Mapping[str, str]) -> Image | None:
    """Give the image to run in: the one named, else the one of the workflow, unless another way is asked for."""
    named = args.image or ("" if args.light or args.owner else known.get("image", ""))
    return init.checked_image(named) if named else None


class _Questions:
    """Answers by name, and somebody to ask for those that are missing, if there is anybody."""

    def __init__(self, known: Mapping[str, str], ask: Ask | None) -> None:
        self._known = known
        self._ask = ask

    def answer(self, name: str, question: str, default: str, check: Callable[[str], str]) -> str:
        """Give the checked answer. A person is asked until it is right; an empty answer is the default."""
        if name in self._known:
            return check(self._known[name])
        shown = f"{question} [{default}]: " if default else f"{question}: "
        while self._ask is not None and (said := self._ask(shown).strip()):
            try:
                return check(said)
            except InputError as error:
                output.show_error(error)
        return check(default)


def _question(text: str) -> str:
    """Ask a person; whoever ends the input declines."""
    try:
        return input(text)
    except EOFError:
        return ""


def _zone(name: str) -> str:
    if ZONES.find(name) is None:
        guess = nearest(name, [*ZONES.names()])
        raise InputError(f"Unknown time zone {name!r}.", f"Did you mean {guess}?" if guess else "E.g. Europe/Berlin")
    return name


def _currency(code: str) -> str:
    if code.upper() not in DECIMALS:
        raise InputError(f"{code!r} is not the code of a currency.", "Three letters as in ISO 4217, e.g. EUR")
    return code.upper()


def _form(text: str) -> str:
    """Take the id of a form from its address, too: the last part."""
    return _key(text.partition("?")[0].partition("#")[0].rstrip("/").rpartition("/")[2])


def _key(text: str) -> str:
    if not re.fullmatch("[A-Za-z0-9_-]{0,200}", text):
        raise InputError(f"{text!r} is not an id.", "It has letters, digits, - and _ only")
    return text
