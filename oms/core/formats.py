"""Numbers, codes and moments as people read them, in the active language and time zone."""

from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from babel.core import Locale
from babel.dates import format_date, format_skeleton, format_time
from babel.numbers import format_decimal
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from oms.core.clock import now

NOTHING = "–"
MINUS = "\N{MINUS SIGN}"
GROUP = 4
# Plain "en" would write the American order of day and month.
LOCALES = {"en": "en_GB"}


def locale() -> Locale:
    """The babel locale of the active language."""
    language = (get_language() or "en").replace("-", "_")
    return Locale.parse(LOCALES.get(language, language))


def format_quantity(value: Any) -> str:
    """`1204` as "1,204"; a real minus sign; decimals only where there are some."""
    if value is None or value == "":
        return NOTHING
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return str(value)
    return str(format_decimal(number, format="#,##0.####", locale=locale())).replace("-", MINUS)


def format_percent(value: Any) -> str:
    """`12.50` as "12.5 %": percentages are stored as people say them."""
    if value is None or value == "":
        return NOTHING
    return (
        f"{number_format(Decimal(str(value)).normalize(), use_l10n=True)}\N{NARROW NO-BREAK SPACE}%"
    )


def group_code(code: object) -> SafeString:
    """A code in groups of four for reading aloud; copied, it has no spaces in it."""
    text = str(code or "")
    if len(text) <= GROUP + 1 or not text.isalnum():
        return format_html('<span class="code">{}</span>', text or NOTHING)
    groups = [(text[start : start + GROUP],) for start in range(0, len(text), GROUP)]
    return format_html(
        '<span class="code code-grouped">{}</span>', format_html_join("", "<span>{}</span>", groups)
    )


def short_day(day: date, today: date) -> str:
    """ "3 Mar", with the year only when it is another one."""
    skeleton = "MMMd" if day.year == today.year else "yMMMd"
    return str(format_skeleton(skeleton, day, locale=locale()))


def day_word(day: date, today: date) -> str:
    """Yesterday, tomorrow, a weekday of this week, else the short day."""
    distance = (day - today).days
    near = {-1: _("yesterday"), 0: _("today"), 1: _("tomorrow")}
    return near.get(distance) or short_day(day, today)


def time_of_day(moment: datetime) -> str:
    return str(format_time(moment, "short", locale=locale()))


def format_when(value: datetime | date | None) -> str:
    """Today: the time only; any other day: the day and the time."""
    if value is None:
        return NOTHING
    today = timezone.localtime(now()).date()
    if not isinstance(value, datetime):
        return day_word(value, today)
    moment = timezone.localtime(value)
    if moment.date() == today:
        return time_of_day(moment)
    return f"{day_word(moment.date(), today)} {time_of_day(moment)}"


def format_full(value: datetime | date) -> str:
    """The whole date, the time and the zone, for the hover."""
    if not isinstance(value, datetime):
        return str(format_date(value, "full", locale=locale()))
    moment = timezone.localtime(value)
    day = format_date(moment.date(), "full", locale=locale())
    return (
        f"{day}, {format_time(moment, 'medium', locale=locale())} {moment.tzname() or ''}".strip()
    )


def time_element(value: datetime | date | None, text: str | None = None) -> SafeString:
    """`value` as a <time> element: short to read, full on hover and for machines."""
    if value is None:
        return format_html('<span class="nothing">{}</span>', NOTHING)
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        value.isoformat(),
        format_full(value),
        text or format_when(value),
    )


def format_due(value: datetime | None) -> str:
    """A promised moment in words: "in 25 min", "40 min late", "tomorrow 10:00"."""
    if value is None:
        return NOTHING
    left = value - now()
    late = left < timedelta(0)
    minutes = int(abs(left).total_seconds() // 60)
    if minutes >= 24 * 60 or (not late and minutes >= 6 * 60):
        days = minutes // (24 * 60)
        if late:
            return ngettext("%(days)d day late", "%(days)d days late", days) % {"days": days}
        return format_when(value)
    if minutes < 60:
        text = _("%(minutes)d min late") if late else _("in %(minutes)d min")
        return text % {"minutes": minutes}
    text = _("%(hours)d h %(minutes)02d late") if late else _("in %(hours)d h %(minutes)02d")
    return text % {"hours": minutes // 60, "minutes": minutes % 60}
