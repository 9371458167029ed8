"""The tags and filters of every template."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import django_filters as filters
import pytest
import time_machine
from django import forms
from django.conf import settings
from django.core.paginator import Paginator
from django.db.models.fields import BLANK_CHOICE_DASH
from django.template import Context, Template, TemplateSyntaxError
from django.template.loader import get_template
from django.test import RequestFactory, override_settings
from django.utils import timezone, translation
from django_tables2.paginators import LazyPaginator

from oms.core.actors import system_actor
from oms.core.forms import control
from oms.core.links import link
from oms.core.looks import STATUS_LOOK, look_of
from oms.core.models import User
from oms.core.tables import MoneyColumn, QuantityColumn, StatusColumn, Table
from oms.core.templatetags import ui

NOON = datetime(2026, 3, 10, 11, 0, tzinfo=UTC)


def render(text: str, **context: object) -> str:
    return Template(text).render(Context(context)).strip()


def test_an_icon_is_inlined_without_size_and_without_a_voice() -> None:
    svg = render('{% icon "truck" class="icon-lg" %}')
    assert svg.startswith('<svg class="icon icon-lg" viewBox="0 0 24 24"')
    assert 'aria-hidden="true"' in svg
    assert "width=" not in svg
    assert "style=" not in svg


def test_an_unknown_icon_stops_a_test() -> None:
    with pytest.raises(TemplateSyntaxError, match="no-such-icon"):
        render('{% icon "no-such-icon" %}')


def test_every_status_has_an_icon_a_tone_and_a_word() -> None:
    for status, look in STATUS_LOOK.items():
        html = ui.badge(status)
        assert f"tone-{look.tone}" in html
        assert "<svg" in html
        assert str(look.label) in html


def test_an_unknown_status_is_grey_and_readable() -> None:
    assert look_of("brand_new").tone == "grey"
    assert "Brand new" in ui.badge("brand_new")


def test_a_given_label_wins_and_is_escaped() -> None:
    assert "&lt;b&gt;" in ui.badge("ready", "<b>")


@pytest.mark.parametrize(
    ("value", "language", "shown"),
    [
        (1204, "en", "1,204"),
        (-12, "en", "−12"),
        (Decimal("1.500"), "en", "1.5"),
        (Decimal("1.5"), "it", "1,5"),
        (0, "en", "0"),
        (None, "en", "–"),
        ("many", "en", "many"),
    ],
)
def test_quantities_are_written_as_people_write_them(
    value: object, language: str, shown: str
) -> None:
    with translation.override(language):
        assert render("{{ value|quantity }}", value=value) == shown


def test_money_needs_an_amount() -> None:
    assert render("{{ amount|money:'EUR' }}", amount=None) == "–"
    assert "1,234.50" in render("{{ amount|money:'EUR' }}", amount=Decimal("1234.5"))
    assert render("{{ amount|money:'EUR' }}", amount=Decimal(-1)).startswith("−")


def test_codes_are_grouped_for_reading_and_copied_whole() -> None:
    html = render("{{ code|grouped }}", code="ABCD2345")
    assert re.sub(r"<[^>]+>", "", html) == "ABCD2345"
    assert html.count("<span>") == 2
    assert render("{{ code|grouped }}", code="TLS-001") == '<span class="code">TLS-001</span>'


@time_machine.travel(NOON, tick=False)
def test_today_shows_the_time_only_and_another_day_the_day_too() -> None:
    with timezone.override("Europe/Rome"):
        assert ">12:00<" in render("{{ moment|when }}", moment=NOON)
        assert ">yesterday 12:00<" in render("{{ m|when }}", m=NOON - timedelta(days=1))
        assert ">1 Mar 12:00<" in render("{{ m|when }}", m=NOON - timedelta(days=9))
        assert ">3 Feb 2025 12:00<" in render("{{ m|when }}", m=NOON - timedelta(days=400))
        assert "CET" in render("{{ moment|when }}", moment=NOON)
        assert "–" in render("{{ moment|when }}", moment=None)


@time_machine.travel(NOON, tick=False)
@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (25, "in 25 min"),
        (-40, "40 min late"),
        (130, "in 2 h 10"),
        (-65, "1 h 05 late"),
        (-60 * 49, "2 days late"),
    ],
)
def test_a_promise_is_told_in_words(minutes: int, words: str) -> None:
    assert words in render("{{ m|due }}", m=NOON + timedelta(minutes=minutes))


def test_changing_a_parameter_keeps_the_others_and_leaves_the_page() -> None:
    request = RequestFactory().get("/", {"q": "soil", "status": ["a", "b"], "page": "3"})
    assert (
        render("{% query_with sort='name' %}", request=request)
        == "?q=soil&amp;status=a&amp;status=b&amp;sort=name"
    )
    assert render("{% query_with page=4 %}", request=request).endswith("page=4")
    assert render("{% query_without 'status' 'a' %}", request=request) == "?q=soil&amp;status=b"


def test_a_link_needs_the_permission_of_its_page() -> None:
    tag = "{% nav_link 'order-list' 'home' 'Orders' %}"
    assert render(tag, actor=None) == ""
    assert "Orders" in render(tag, actor=system_actor())
    tag = "{% open_url 'order-detail' 7 as url %}<{{ url }}>"
    assert render(tag, actor=None) == "<>"
    assert render(tag, actor=system_actor()) == "</office/orders/7/>"
    # To what asks for nothing anybody may be led.
    assert render("{% open_url 'home' %}", actor=None) == "/"


def test_the_pages_of_other_routes_are_others() -> None:
    with override_settings(ROOT_URLCONF="catalog.api_urls"), pytest.raises(KeyError):
        link(system_actor(), "order-list")
    assert link(system_actor(), "order-list") == "/office/orders/"


class WeightForm(forms.Form):
    weight = forms.DecimalField(label="Weight", help_text="Without packing")
    note = forms.CharField(required=False)
    days = forms.MultipleChoiceField(choices=[("1", "Mon"), ("2", "Tue")], required=False)


def test_a_field_has_its_label_help_unit_and_error_joined_to_it() -> None:
    html = render("{% field form.weight unit='kg' %}", form=WeightForm({"weight": "much"}))
    assert '<label class="field-label" for="id_weight">Weight' in html
    assert 'aria-describedby="id_weight_helptext id_weight_error"' in html
    assert 'id="id_weight_helptext"' in html
    assert 'id="id_weight_error"' in html
    assert 'aria-invalid="true"' in html
    assert 'inputmode="decimal"' in html
    assert '<span class="field-unit">kg</span>' in html


def test_a_form_starts_with_links_to_its_errors() -> None:
    html = render("{{ form }}", form=WeightForm({}))
    assert 'href="#id_weight"' in html
    assert html.index("error-summary") < html.index('id="id_weight"')
    assert "optional" in html


def test_a_few_choices_become_check_boxes() -> None:
    html = render("{% field form.days %}", form=WeightForm({"weight": "1", "days": ["2"]}))
    assert html.count('type="checkbox"') == 2
    assert html.count("checked") == 1


def test_no_choice_is_a_word_and_no_dashes() -> None:
    class Chosen(forms.Form):
        who = forms.ModelChoiceField(User.objects.none())
        deputy = forms.ModelChoiceField(User.objects.none(), required=False)
        kind = forms.ChoiceField(choices=[*BLANK_CHOICE_DASH, ("a", "A")])
        where = forms.ModelChoiceField(User.objects.none(), empty_label="Everywhere")

    form = Chosen()
    first = [re.findall(r"<option[^>]*>([^<]*)<", control(form[name]))[0] for name in form.fields]
    assert first == ["Choose", "None", "Choose", "Everywhere"]


def test_a_list_page_gives_htmx_only_its_results() -> None:
    asked = SimpleNamespace(htmx=None)
    assert ui.layout(asked, "office/base.html") == "office/base.html"
    asked.htmx = SimpleNamespace(boosted=False, target="results")
    assert ui.layout(asked, "office/base.html") == "ui/partial.html"
    asked.htmx.target = "side-panel"
    assert ui.layout(asked, "office/base.html") == "ui/panel.html"


class SampleFilter(filters.FilterSet):
    late = filters.BooleanFilter(label="Late")
    since = filters.DateFilter(label="Since")


@pytest.mark.parametrize(
    ("language", "late", "chips"),
    [("en", "true", ["Yes", "3 Mar"]), ("en", "false", ["No", "3 Mar"]),
     ("it", "true", ["Sì", "3 mar"])],
)  # fmt: skip
@time_machine.travel(NOON)
def test_filters_in_force_are_said_in_words(language: str, late: str, chips: list[str]) -> None:
    request = RequestFactory().get("/", {"late": late, "since": "2026-03-03"})
    shown = SampleFilter(request.GET, queryset=User.objects.none(), request=request)
    with translation.override(language):
        found = ui.active_filters(Context({"request": request}), shown)
    assert [chip["value"] for chip in found] == chips


def test_pages_are_described_with_and_without_a_total() -> None:
    rows = list(range(25))
    assert ui.page_facts(Paginator(rows, 10).page(3)) == {"first": 21, "last": 25, "total": 25}
    assert ui.page_facts(LazyPaginator(rows, 10).page(2))["total"] is None


class SampleTable(Table):
    name = StatusColumn()
    pieces = QuantityColumn()
    price = MoneyColumn(currency="EUR")


def test_totals_are_the_given_ones() -> None:
    request = RequestFactory().get("/")
    table = SampleTable(
        [{"name": "ready", "pieces": 3, "price": Decimal("1.50")}],
        totals={"pieces": 1204, "price": Decimal("99.5")},
        request=request,
    )
    html = table.as_html(request)
    assert "1,204" in html
    assert "99.50" in html
    assert "tone-green" in html


def test_an_empty_table_says_what_it_is_for() -> None:
    request = RequestFactory().get("/")
    assert "Nothing here yet" in SampleTable([], request=request).as_html(request)


def templates() -> list[str]:
    folder = Path(settings.BASE_DIR) / "templates"
    return [str(path.relative_to(folder)) for path in sorted(folder.rglob("*.html"))]


@pytest.mark.parametrize("name", templates())
def test_every_template_compiles_and_obeys_the_policy(name: str) -> None:
    get_template(name)
    text = (Path(settings.BASE_DIR) / "templates" / name).read_text(encoding="utf-8")
    if not name.startswith("mail/") and "/mail/" not in name:
        assert not re.search(r"\sstyle=\"|\son[a-z]+=\"|hx-on|<style|javascript:", text)
    icons = set(re.findall(r'{% icon "([a-z0-9-]+)"', text))
    assert {icon for icon in icons if ui._icon_body(icon) is None} == set()
