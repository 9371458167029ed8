"""Price lists and discount rules: every kind, in every state."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from random import Random

from catalog.audiences import Audience, AudienceKind
from catalog.models import Category, DiscountRule, PriceList, Product, Sku
from catalog.services.discount_rules import (
    DiscountRuleData,
    discount_rule_archive,
    discount_rule_publish,
    discount_rule_save,
)
from catalog.services.price_lists import (
    PriceListData,
    price_list_archive,
    price_list_publish,
    price_list_save,
)
from catalog.services.prices import PriceChange, price_set
from oms.core.actors import Actor
from oms.core.clock import retailer_zone
from oms.office.demo.articles import Article
from oms.office.demo.companies import DEDICATED

CENT = Decimal("0.01")
# What trade pays of the shop price without tax, before the group's own reduction.
TRADE = Decimal("0.82") / Decimal("1.22")
RETAIL_CHANNELS = ("eshop", "till", "phone")

Target = DiscountRule.Target
Effect = DiscountRule.Effect
Stacking = DiscountRule.Stacking


def _channels(*codes: str) -> tuple[Audience, ...]:
    return tuple(Audience(AudienceKind.CHANNEL, code) for code in codes)


def _store(code: str) -> tuple[Audience, ...]:
    return (Audience(AudienceKind.STORE, code),)


def _group(code: str) -> tuple[Audience, ...]:
    return (Audience(AudienceKind.GROUP, code),)


def _company(code: str) -> tuple[Audience, ...]:
    return (Audience(AudienceKind.COMPANY, code),)


class PriceLists:
    """The lists, made one after the other because some derive from others."""

    def __init__(
        self, articles: Sequence[Article], *, moment: datetime, rng: Random, actor: Actor
    ) -> None:
        self.articles = articles
        self.moment = moment
        self.rng = rng
        self.actor = actor

    def make(self) -> None:
        retail = self._list(
            PriceListData(code="retail", name="Retail", audiences=_channels(*RETAIL_CHANNELS)),
            self._amounts(Decimal(1)),
        )
        self._stores(retail)
        self._trade()
        self._waiting(retail)

    def _stores(self, retail: PriceList) -> None:
        """Three stores with prices of their own, for reserve and pay in store."""
        base = PriceListData(code="", name="", parent_id=retail.pk)
        for code, name, percent, share in (
            ("RM-OST", "Roma Ostiense", "3", 0.08),
            ("NA-VOM", "Napoli Vomero", "-4", 0.12),
            ("TO-LIN", "Torino Lingotto", "0", 0.10),
        ):
            own = self.rng.sample(list(self.articles), int(len(self.articles) * share))
            self._list(
                replace(
                    base,
                    code=f"store-{code.lower()}",
                    name=f"Store prices {name}",
                    adjustment_percent=Decimal(percent),
                    audiences=_store(code),
                ),
                [
                    PriceChange(article.sku_id, 1, cents(article.price * Decimal("0.88")))
                    for article in own
                ],
            )

    def _trade(self) -> None:
        """Net lists for companies: one for all, one per group, one for one company."""
        trade = self._list(
            PriceListData(
                code="trade", name="Trade", tax_included=False, audiences=_channels("b2b")
            ),
            self._amounts(TRADE),
        )
        base = PriceListData(code="", name="", tax_included=False, parent_id=trade.pk)
        self._list(
            replace(
                base,
                code="trade-reseller",
                name="Resellers",
                adjustment_percent=Decimal("-8"),
                audiences=_group("reseller"),
            ),
            self._breaks(self._some(60), TRADE * Decimal("0.90"), ((1, 1), (12, "0.94"))),
        )
        self._list(
            replace(
                base,
                code="trade-distributor",
                name="Distributors",
                adjustment_percent=Decimal("-16"),
                audiences=_group("distributor"),
            ),
            self._breaks(
                self._some(120), TRADE * Decimal("0.82"), ((1, 1), (24, "0.95"), (96, "0.90"))
            ),
        )
        builders = [a for a in self.articles if a.macro == "DIY and tools"]
        self._list(
            replace(
                base,
                code=f"contract-{DEDICATED}",
                name="Contract Edilverde 2026",
                adjustment_percent=Decimal("-5"),
                priority=10,
                audiences=_company(DEDICATED),
            ),
            self._breaks(
                builders,
                TRADE * Decimal("0.80"),
                ((1, 1), (10, "0.95"), (50, "0.90"), (200, "0.84")),
            ),
        )

    def _waiting(self, retail: PriceList) -> None:
        """Lists that price nothing now: scheduled, over, draft, archived."""
        day = _midnight(self.moment)
        base = PriceListData(code="", name="", parent_id=retail.pk, audiences=_channels("eshop"))
        garden = [a for a in self.articles if a.macro == "Garden"]
        self._list(
            replace(
                base,
                code="retail-next-season",
                name="Retail from next season",
                adjustment_percent=Decimal("2.5"),
                priority=5,
                valid_from=day + timedelta(days=21),
            ),
            [PriceChange(a.sku_id, 1, cents(a.price * Decimal("1.08"))) for a in garden[:40]],
        )
        self._list(
            replace(
                base,
                code="garden-days",
                name="Garden days",
                priority=20,
                valid_from=day - timedelta(days=45),
                valid_to=day - timedelta(days=31),
            ),
            [PriceChange(a.sku_id, 1, cents(a.price * Decimal("0.80"))) for a in garden[:60]],
        )
        self._list(
            replace(base, code="spring-draft", name="Spring catalogue", audiences=()),
            [PriceChange(a.sku_id, 1, cents(a.price * Decimal("1.03"))) for a in garden[:25]],
            publish=False,
        )
        old = self._list(
            replace(base, code="retail-last-year", name="Retail last year", parent_id=None),
            self._amounts(Decimal("0.96")),
            publish=False,
        )
        price_list_archive(old.pk, actor=self.actor)

    def _list(
        self, data: PriceListData, changes: Iterable[PriceChange], *, publish: bool = True
    ) -> PriceList:
        price_list = price_list_save(data, actor=self.actor)
        price_set(price_list.pk, list(changes), actor=self.actor, cause="demo")
        return price_list_publish(price_list.pk, actor=self.actor) if publish else price_list

    def _amounts(self, factor: Decimal) -> list[PriceChange]:
        return [PriceChange(a.sku_id, 1, cents(a.price * factor)) for a in self.articles]

    def _breaks(
        self,
        articles: Iterable[Article],
        factor: Decimal,
        steps: Sequence[tuple[int, int | str]],
    ) -> list[PriceChange]:
        return [
            PriceChange(a.sku_id, minimum, cents(a.price * factor * Decimal(part)))
            for a in articles
            for minimum, part in steps
        ]

    def _some(self, number: int) -> list[Article]:
        return self.rng.sample([a for a in self.articles if a.is_sold], number)


def rules_make(*, moment: datetime, actor: Actor) -> None:
    """Discount rules of every target, effect and stacking; active, scheduled, over, draft, put
    away."""
    day = _midnight(moment)
    published = [*_rules_for_shoppers(day), *_rules_for_some(day)]
    waiting, put_away = _rules_drafted(day), _rules_put_away(day)
    for data in (*published, *waiting, *put_away):
        rule = discount_rule_save(data, actor=actor)
        if data in published:
            discount_rule_publish(rule.pk, actor=actor)
        elif data in put_away:
            discount_rule_archive(rule.pk, actor=actor)


# What most of the rules below have in common.
PERCENT = DiscountRuleData(name="", target=Target.EVERYTHING, effect=Effect.PERCENT, value=CENT)
ON_CATEGORY = replace(PERCENT, target=Target.CATEGORY)


def _rules_for_shoppers(day: datetime) -> list[DiscountRuleData]:
    return [
        replace(
            ON_CATEGORY,
            name="Autumn in the garden",
            value=Decimal(15),
            category_id=_category("Garden"),
            excluded_category_ids=(_category("Outdoor living"),),
            valid_from=day - timedelta(days=40),
            valid_to=day + timedelta(days=20),
            audiences=_channels("eshop"),
        ),
        replace(
            PERCENT,
            name="Moka week",
            target=Target.PRODUCT,
            product_id=_product("Moka pot Mattina"),
            value=Decimal(20),
            valid_from=day - timedelta(days=3),
            valid_to=day + timedelta(days=4),
            audiences=_channels(*RETAIL_CHANNELS),
        ),
        replace(
            PERCENT,
            name="Six plates for less",
            target=Target.PRODUCT,
            product_id=_product("Dinner plate Trattoria"),
            effect=Effect.AMOUNT,
            value=Decimal("1.00"),
            currency="EUR",
            min_quantity=6,
            stacking=Stacking.CUMULATIVE,
            audiences=_channels(*RETAIL_CHANNELS),
        ),
        replace(
            PERCENT,
            name="Panettone at a fixed price",
            target=Target.SKU,
            sku_id=_sku("Panettone Classico"),
            effect=Effect.FIXED,
            value=Decimal("19.90"),
            currency="EUR",
            stacking=Stacking.STOP,
            audiences=_channels(*RETAIL_CHANNELS),
        ),
        replace(
            PERCENT,
            name="Welcome: 10 % on the first order",
            value=Decimal(10),
            coupon="WELCOME10",
            currency="EUR",
            min_basket_value=Decimal(50),
            excluded_category_ids=(_category("Pantry"),),
            stacking=Stacking.CUMULATIVE,
            audiences=_channels("eshop"),
        ),
    ]


def _rules_for_some(day: datetime) -> list[DiscountRuleData]:
    """For one store, for trade; and one that waits for its day, one whose time is over."""
    return [
        replace(
            PERCENT,
            name="Neighbours in Roma",
            value=Decimal(5),
            audiences=_store("RM-OST"),
        ),
        replace(
            ON_CATEGORY,
            name="Linen for hotels",
            value=Decimal(12),
            category_id=_category("Textiles"),
            min_quantity=12,
            audiences=_group("hospitality"),
        ),
        replace(
            ON_CATEGORY,
            name="Paint by the pallet",
            value=Decimal(5),
            category_id=_category("Paint"),
            currency="EUR",
            min_line_value=Decimal(400),
            stacking=Stacking.CUMULATIVE,
            audiences=_channels("b2b"),
        ),
        replace(
            ON_CATEGORY,
            name="Let there be light",
            value=Decimal(25),
            category_id=_category("Lighting"),
            priority=5,
            valid_from=day + timedelta(days=9),
            valid_to=day + timedelta(days=40),
            audiences=_channels(*RETAIL_CHANNELS),
        ),
        replace(
            ON_CATEGORY,
            name="Harvest weeks",
            value=Decimal(18),
            category_id=_category("Cookware"),
            valid_from=day - timedelta(days=70),
            valid_to=day - timedelta(days=35),
            audiences=_channels("eshop"),
        ),
    ]


def _rules_drafted(day: datetime) -> list[DiscountRuleData]:
    return [
        replace(
            ON_CATEGORY,
            name="White sale",
            value=Decimal(30),
            category_id=_category("Textiles"),
            valid_from=day + timedelta(days=45),
            audiences=_channels(*RETAIL_CHANNELS),
        )
    ]


def _rules_put_away(day: datetime) -> list[DiscountRuleData]:
    return [
        replace(
            ON_CATEGORY,
            name="Summer clearance",
            value=Decimal(40),
            category_id=_category("Outdoor living"),
            valid_to=day - timedelta(days=60),
            audiences=_channels(*RETAIL_CHANNELS),
        )
    ]


def _midnight(moment: datetime) -> datetime:
    """The beginning of that day at the retailer's. Days added to it begin at midnight too."""
    return moment.astimezone(retailer_zone()).replace(hour=0, minute=0, second=0, microsecond=0)


def _category(name: str) -> int:
    return Category.objects.only("pk").get(name=name).pk


def _product(name: str) -> int:
    return Product.objects.only("pk").get(name=name).pk


def _sku(name: str) -> int:
    return Sku.objects.only("pk").get(name=name).pk


def cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)
