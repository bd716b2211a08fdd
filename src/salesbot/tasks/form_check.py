"""Whether `typeform.map` names what the form has: an answer under another name silently fills no field."""

from __future__ import annotations

from collections.abc import Mapping

from salesbot.adapters.typeform import Typeform
from salesbot.core.config.problems import Problem, sentence
from salesbot.core.model.pipeline import Typeform as Form
from salesbot.core.text.suggestions import did_you_mean
from salesbot.tasks.load_pipeline import ConfigurationFiles

UNKNOWN = "Whether typeform.map fits the form could not be checked"


def problems(files: ConfigurationFiles, form: Form, typeform: Typeform) -> list[Problem]:
    """List what the map names and the form lacks, with its line. Raises ServiceError if Typeform does not say."""
    text = files.text or ""
    return [
        Problem(files.file, text.count("\n", 0, max(0, text.find(ref))) + 1, 1, f"typeform.map.{key}", what, hint)
        for key, (ref, what, hint) in unknown(form.map, typeform.form_names(form.form) if form.map else {}).items()
    ]


def sentences(form: Form, names: Mapping[str, str]) -> tuple[str, ...]:
    """Say what the map names and the form lacks, for a person who reads the run."""
    told = unknown(form.map, names)
    return tuple(f"typeform.map.{key}: {sentence(what, hint)}" for key, (_, what, hint) in told.items())


def unknown(map_: Mapping[str, str], names: Mapping[str, str]) -> dict[str, tuple[str, str, str]]:
    """Give for each field whose answer the form lacks: the `ref`, what is wrong, and what was perhaps meant.

    The names of a form are the `ref`s of its questions, with their titles, and its hidden fields.
    """
    by_title = {title.casefold(): ref for ref, title in names.items() if title}
    return {
        key: (ref, f"the form has no `{ref}`", _meant(ref, names, by_title))
        for key, ref in map_.items()
        if ref not in names
    }


def _meant(ref: str, names: Mapping[str, str], by_title: Mapping[str, str]) -> str:
    meant = by_title.get(ref.casefold())
    return f"Did you mean {meant}?" if meant else did_you_mean(ref, sorted(names))
