import pytest

from oms.notifications.models import Message
from oms.notifications.services import message_render, supported_language
from tests.notifications.factories import CONTEXT, queue, queued

pytestmark = pytest.mark.django_db


def test_it_renders_and_stores_all_three_parts():
    message = queued(subject_type="order", subject_id="7")
    assert message.subject == "Cancelled: Ada & Bob"
    assert "2 × Tea <strong> (TEA-1): €9.90" in message.text
    assert "Tea &lt;strong&gt;" in message.html
    assert message.status == Message.Status.PENDING
    assert (message.subject_type, message.subject_id) == ("order", "7")


def test_the_same_source_is_the_same_message():
    first = queue(source="event:1")
    again = queue(source="event:1", context={**CONTEXT, "name": "Somebody else"})
    assert again == first
    assert Message.objects.count() == 1
    assert "Ada" in Message.objects.get().subject


def test_nobody_to_write_to_is_no_message():
    assert queue(recipient="") is None
    assert not Message.objects.exists()


def test_a_subject_stays_on_one_line_whatever_is_in_it():
    subject, _text, _html = message_render(
        "demo/hello", "en", {**CONTEXT, "name": "Ada\r\nBcc: eve@example.com " + "x" * 300}
    )
    assert "\n" not in subject
    assert "\r" not in subject
    assert len(subject) == 200


def test_text_has_no_runs_of_empty_lines():
    _subject, text, _html = message_render("demo/hello", "en", CONTEXT)
    assert "\n\n\n" not in text


@pytest.mark.parametrize(
    ("asked", "given"), [("it", "it"), ("pl-PL", "pl"), ("IT_it", "it"), ("fr", "en"), ("", "en")]
)
def test_language_falls_back_to_the_retailers(asked, given):
    assert supported_language(asked) == given
    assert queued(language=asked).language == given


def test_html_is_ready_for_mail_programs():
    html = queued().html
    assert "<script" not in html
    assert "class=" in html  # the dark theme's hooks, beside the inline styles
    assert 'src="data:image/png;base64,' in html
    assert 'alt="ABCD 2345"' in html
    assert "ABCD 2345</p>" in html
    assert '<html lang="en"' in html
    assert "Milano<br>Corso Como 1" in html
    assert "Nothing" not in html


def test_no_line_of_the_html_ends_inside_a_code():
    html = queued().html
    assert "2 × Tea &lt;strong&gt;" in html
    assert '<span style="display:inline-block">TEA-1</span>' in html


def test_text_and_html_say_the_same_of_what_is_cancelled():
    tea, cup = CONTEXT["lines"][0], {"name": "Cup", "sku": "CUP", "quantity": 1, "gross": "4.00"}
    lines = [tea | {"cancelled": 2}, cup | {"cancelled": 1}]
    message = queued(context=CONTEXT | {"lines": lines, "gross": "13.90", "current_total": "0.00"})
    for amount in ("€9.90", "€4.00", "€13.90", "€0.00"):
        assert message.text.count(amount) == message.html.count(amount) == 1
    assert "1 × Cup (1 cancelled) (CUP): €4.00" in message.text
    assert "Total now: €0.00" in message.text
