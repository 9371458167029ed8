from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def mail_templates(settings):
    """A message kind of the tests' own: `demo/hello`."""
    engine = {**settings.TEMPLATES[0]}
    engine["DIRS"] = [*engine["DIRS"], Path(__file__).parent / "templates"]
    settings.TEMPLATES = [engine]
