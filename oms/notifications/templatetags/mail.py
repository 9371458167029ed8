"""Tags for messages: `{% load mail %}`. Mail programs know no stylesheet and no SVG."""

import re
from datetime import date, datetime

import segno
from babel.dates import format_date, format_time
from django import template
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from oms.core.formats import GROUP, locale

register = template.Library()

QUIET_ZONE = 4
# A line may end after it.
DASH = re.compile(r"\w[-–/]\w")


@register.simple_tag
def qr_image(content: str, alt: str, size: int = 180) -> SafeString:
    """A QR code as an inline picture, black on white in both themes; sent as an attachment."""
    code = segno.make(content, error="m", micro=False)
    return format_html(
        '<img src="{}" alt="{}" width="{}" height="{}" style="display:block;margin:0 auto;'
        'background:#ffffff;border-radius:6px;image-rendering:pixelated">',
        code.png_data_uri(scale=6, border=QUIET_ZONE, dark="#000000", light="#ffffff"),
        alt,
        size,
        size,
    )


@register.filter
def long_when(value: datetime | None) -> str:
    """A moment in full words for a message, in the zone the message is rendered in."""
    if value is None:
        return ""
    moment = timezone.localtime(value)
    day = format_date(moment.date(), "EEEE d MMMM", locale=locale())
    return f"{day}, {format_time(moment, 'short', locale=locale())}"


@register.filter
def long_day(value: date) -> str:
    """A day in full words for a message."""
    return str(format_date(value, "EEEE d MMMM", locale=locale()))


@register.filter
def unbroken(text: object) -> SafeString:
    """A text whose words stay whole at the end of a line, also those with a hyphen or dash.

    Only a word that is longer than the whole line is still divided.
    """
    words = (
        format_html(
            '<span style="display:inline-block">{}</span>' if DASH.search(word) else "{}", word
        )
        for word in str(text).split()
    )
    return format_html_join(" ", "{}", ((word,) for word in words))


@register.filter
def spaced(code: object) -> str:
    """A code in groups of four, as plain text: "ABCD EFGH"."""
    text = str(code)
    return " ".join(text[start : start + GROUP] for start in range(0, len(text), GROUP))
