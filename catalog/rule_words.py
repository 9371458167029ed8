"""A discount rule as a sentence people can read and change part by part."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from catalog.audiences import Audience, AudienceKind
from catalog.directory import audience_names, audience_word
from catalog.models import DiscountRule, PriceList
from catalog.pricing.explain import unit_price_words
from catalog.selectors import category_names
from oms.core.clock import now
from oms.core.formats import format_percent, format_quantity, format_when, short_day

# The names of a long list of audiences or exclusions are cut here.
NAMED = 3


@dataclass(frozen=True, slots=True)
class Names:
    """What categories and audiences are called."""

    categories: dict[int, tuple[str, ...]]
    audiences: dict[str, str]


def names_for(rules: Iterable[DiscountRule]) -> Names:
    """The names the sentences of `rules` need: one query and one per kind of audience."""
    return Names(category_names(), audience_names_of(rule for rule in rules if rule.pk))


def audience_names_of(publications: Iterable[DiscountRule | PriceList]) -> dict[str, str]:
    """What the audiences of all these are called; one query per kind of audience."""
    return audience_names(audience for one in publications for audience in audiences_of(one))


def audiences_of(rule: DiscountRule | PriceList) -> list[Audience]:
    return [Audience(AudienceKind(row.kind), row.key) for row in rule.audiences.all()]


def rule_sentence(
    rule: DiscountRule, *, linked: bool = False, names: Names | None = None
) -> SafeString:
    """ "Distributors get 12 % off Garden › Tools, except batteries, from 1 Dec, …"

    `linked`: each part leads to its field on the form that changes it.
    """
    return _Sentence(rule, names or names_for([rule]), linked=linked).write()


class _Sentence:
    def __init__(self, rule: DiscountRule, names: Names, *, linked: bool) -> None:
        self.rule = rule
        self.names = names
        self.form = reverse("discount-rule-edit", args=[rule.uid]) if linked and rule.pk else ""

    def write(self) -> SafeString:
        rule = self.rule
        start = self._lead()
        clauses = [self._except()]
        if rule.valid_from:
            clauses.append(self._clause(_(", from %s"), _moment(rule.valid_from), "valid_from"))
        if rule.valid_to:
            clauses.append(self._clause(_(", until %s"), _moment(rule.valid_to), "valid_to"))
        clauses += self._conditions()
        return format_html("{}{}.", start, format_html_join("", "{}", ((c,) for c in clauses if c)))

    def _lead(self) -> SafeString:
        rule = self.rule
        who = self._part(self._who(), "audiences")
        what = self._part(self._what(), "target")
        if rule.effect == DiscountRule.Effect.FIXED:
            how = self._part(self._money(rule.value), "value")
            return format_html(
                str(_("{who} pay {how} each for {what}")), who=who, how=how, what=what
            )
        if rule.effect == DiscountRule.Effect.PERCENT:
            how = self._part(format_percent(rule.value), "value")
            return format_html(str(_("{who} get {how} off {what}")), who=who, how=how, what=what)
        how = self._part(self._money(rule.value), "value")
        text = str(_("{who} get {how} off each unit of {what}"))
        return format_html(text, who=who, how=how, what=what)

    def _who(self) -> str:
        audiences = audiences_of(self.rule) if self.rule.pk else []
        if not audiences:
            return _("Nobody yet")
        names = self.names.audiences
        return _listed(sorted(audience_word(audience, names) for audience in audiences))

    def _what(self) -> str:
        rule = self.rule
        if rule.target == DiscountRule.Target.CATEGORY and rule.category:
            return " › ".join(self.names.categories.get(rule.category.pk, (rule.category.name,)))
        if rule.target == DiscountRule.Target.PRODUCT and rule.product:
            return rule.product.name
        if rule.target == DiscountRule.Target.SKU and rule.sku:
            return f"{rule.sku.full_name} ({rule.sku.code})"
        return pgettext("discount target", "everything")

    def _except(self) -> SafeString:
        if not self.rule.pk:
            return SafeString("")
        names = [category.name for category in self.rule.excluded_categories.all()]
        names += [sku.code for sku in self.rule.excluded_skus.all()]
        if not names:
            return SafeString("")
        return self._clause(_(", except %s"), _listed(names), "excluded_categories")

    def _conditions(self) -> list[SafeString]:
        rule = self.rule
        clauses = []
        if rule.min_quantity > 1:
            count = format_quantity(rule.min_quantity)
            words = _("%(count)s or more") % {"count": count}
            clauses.append(self._clause(_(", when they buy %s"), words, "min_quantity"))
        for field, sentence in (
            ("min_line_value", _(", when the line is worth %s or more")),
            ("min_basket_value", _(", when the basket is worth %s or more")),
        ):
            value = getattr(rule, field)
            if value:
                clauses.append(self._clause(sentence, self._money(value), field))
        if rule.coupon:
            clauses.append(self._clause(_(", with the coupon %s"), rule.coupon, "coupon"))
        if rule.stacking == DiscountRule.Stacking.CUMULATIVE:
            text = _("on top of other discounts")
            clauses.append(self._clause(", %s", text, "stacking"))
        elif rule.stacking == DiscountRule.Stacking.STOP:
            clauses.append(self._clause(", %s", _("and nothing after it"), "stacking"))
        return clauses

    def _clause(self, sentence: str, words: str, field: str) -> SafeString:
        before, _mark, after = str(sentence).partition("%s")
        return format_html("{}{}{}", before, self._part(words, field), after)

    def _part(self, words: str, field: str) -> SafeString:
        if self.form:
            return format_html(
                '<a class="sentence-part" href="{}#field-{}">{}</a>', self.form, field, words
            )
        return format_html('<span class="sentence-part">{}</span>', words)

    def _money(self, amount: Decimal) -> str:
        return unit_price_words(amount, self.rule.currency or "EUR")


def _listed(names: Iterable[str]) -> str:
    names = list(names)
    if len(names) <= NAMED:
        return ", ".join(names)
    more = len(names) - NAMED
    return ngettext("%(names)s and %(more)d other", "%(names)s and %(more)d others", more) % {
        "names": ", ".join(names[:NAMED]),
        "more": more,
    }


def _moment(value: datetime) -> str:
    local = timezone.localtime(value)
    if (local.hour, local.minute) == (0, 0):
        return short_day(local.date(), timezone.localtime(now()).date())
    return format_when(value)
