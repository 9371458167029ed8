"""The catalogues: everything translated, nothing guessed, every placeholder kept."""

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

LOCALE = Path(__file__).resolve().parents[2] / "locale"
LANGUAGES = ("it", "pl")

# "%(name)s", "%s", "%%", "{name}" and the tags of a text in HTML.
PARTS = re.compile(r"%\(\w+\)\d*[a-z]|%[sd%](?!\w)|\{\w*\}|</?[a-z][^>]*>")

# One form of a plural may spell its number out: the others keep it.
NUMBERS = {"%(n)s", "%(n)d", "%(count)s", "%(count)d", "%(shown)s", "%(days)d"}


@pytest.fixture(scope="module", params=LANGUAGES)
def catalogue(request: pytest.FixtureRequest) -> Catalog:
    code = request.param
    with (LOCALE / code / "LC_MESSAGES" / "django.po").open("rb") as file:
        return read_po(file, locale=code, abort_invalid=True)


def texts(message: Message) -> tuple[tuple[str, ...], tuple[str, ...]]:
    sources = (message.id,) if isinstance(message.id, str) else tuple(message.id)
    written = (message.string,) if isinstance(message.string, str) else tuple(message.string)
    return sources, written


def messages(catalogue: Catalog) -> list[Message]:
    return [message for message in catalogue if message.id]


def parts(text: str) -> list[str]:
    return sorted(PARTS.findall(text))


def test_every_text_is_translated(catalogue: Catalog) -> None:
    missing = [message.id for message in messages(catalogue) if not all(texts(message)[1])]
    assert missing == []


def test_every_plural_form_is_written(catalogue: Catalog) -> None:
    incomplete = [
        message.id
        for message in messages(catalogue)
        if message.pluralizable and len(texts(message)[1]) != catalogue.num_plurals
    ]
    assert incomplete == []


def test_no_translation_is_a_guess(catalogue: Catalog) -> None:
    assert not catalogue.fuzzy
    assert [message.id for message in messages(catalogue) if message.fuzzy] == []


def test_placeholders_are_kept(catalogue: Catalog) -> None:
    broken = []
    for message in messages(catalogue):
        sources, written = texts(message)
        allowed = [parts(source) for source in sources]
        for text in filter(None, written):
            found = parts(text)
            spelled_out = message.pluralizable and any(
                set(source) - set(found) <= NUMBERS and set(found) <= set(source)
                for source in allowed
            )
            if found not in allowed and not spelled_out:
                broken.append((sources[0], text))
    assert broken == []


def test_edges_are_kept(catalogue: Catalog) -> None:
    """A text that is joined to another keeps its spaces and line ends."""
    moved = []
    for message in messages(catalogue):
        sources, written = texts(message)
        for text in filter(None, written):
            source = sources[0]
            start = source[: len(source) - len(source.lstrip())]
            end = source[len(source.rstrip()) :]
            if text != start + text.strip() + end:
                moved.append((source, text))
    assert moved == []
