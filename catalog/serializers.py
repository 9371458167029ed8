"""What the catalogue looks like over REST."""

from decimal import Decimal
from typing import Any

from rest_framework import serializers

from catalog.models import Category, PriceList, Product, Sku
from oms.core.api.strict import StrictSerializer
from oms.core.money import AMOUNT_DIGITS, AMOUNT_PLACES

MAX_UPLOADED_PRICES = 10_000


class CategorySerializer(serializers.ModelSerializer[Category]):
    parent: Any = serializers.SerializerMethodField(
        help_text="Code of the category above; null for a macro-category."
    )

    class Meta:
        model = Category
        fields = ("code", "name", "parent")

    def get_parent(self, category: Category) -> str | None:
        codes: dict[str, str] = self.context["codes"]
        return codes.get(category.path[: -Category.steplen])


class ComponentSerializer(serializers.Serializer[Any]):
    sku = serializers.CharField(source="component.code")
    quantity = serializers.IntegerField(help_text="Units in each kit.")


class SkuSerializer(serializers.ModelSerializer[Sku]):
    product = serializers.CharField(source="product.code")
    category = serializers.CharField(source="product.category.code")
    tax_class = serializers.CharField(source="tax_class.code")
    components = ComponentSerializer(
        many=True, help_text="Empty unless the SKU is a kit made of other SKUs."
    )
    options = serializers.DictField(child=serializers.CharField())
    substitutes = serializers.SerializerMethodField(
        help_text="Codes of SKUs that may stand in for it, the best one first."
    )

    class Meta:
        model = Sku
        fields = (
            "code",
            "name",
            "product",
            "category",
            "gtin",
            "condition",
            "options",
            "tax_class",
            "status",
            "pack_size",
            "weight_g",
            "image",
            "components",
            "substitutes",
            "updated_at",
        )

    def get_substitutes(self, sku: Sku) -> list[str]:
        return [one.substitute.code for one in sku.substitutes.all()]


class ProductSerializer(serializers.ModelSerializer[Product]):
    category = serializers.CharField(source="category.code")
    brand = serializers.CharField(source="brand.name", default="", allow_blank=True)
    skus: Any = serializers.SlugRelatedField("code", many=True, read_only=True)

    class Meta:
        model = Product
        fields = ("code", "name", "description", "category", "brand", "skus", "updated_at")


class PriceListSerializer(serializers.ModelSerializer[PriceList]):
    parent: Any = serializers.CharField(source="parent.code", default=None, allow_null=True)
    audiences = serializers.SerializerMethodField(
        help_text="Who gets these prices, e.g. `company:acme`, `channel:b2b`, `everyone`."
    )

    class Meta:
        model = PriceList
        fields = (
            "code",
            "name",
            "status",
            "currency",
            "tax_included",
            "priority",
            "parent",
            "adjustment_percent",
            "valid_from",
            "valid_to",
            "audiences",
            "version",
            "updated_at",
        )

    def get_audiences(self, price_list: PriceList) -> list[str]:
        return sorted(str(audience) for audience in price_list.audiences.all())


class PriceSerializer(serializers.Serializer[Any]):
    sku = serializers.CharField(source="sku.code")
    min_quantity = serializers.IntegerField(help_text="From this quantity on one line on.")
    amount = serializers.DecimalField(AMOUNT_DIGITS, AMOUNT_PLACES, help_text="Per unit.")


class PriceInput(StrictSerializer):
    sku = serializers.CharField(max_length=60, help_text="Code or GTIN.")
    min_quantity = serializers.IntegerField(default=1, min_value=1, max_value=2**31 - 1)
    amount = serializers.DecimalField(
        AMOUNT_DIGITS,
        AMOUNT_PLACES,
        min_value=Decimal(0),
        allow_null=True,
        help_text="Per unit; null takes the price away.",
    )


class PriceUpload(StrictSerializer):
    prices = serializers.ListField(child=PriceInput(), min_length=1, max_length=MAX_UPLOADED_PRICES)
    version = serializers.IntegerField(
        required=False,
        help_text="The list's version you read; refused with 412 if it was changed since.",
    )


class PriceUploadAnswer(serializers.Serializer[Any]):
    created = serializers.IntegerField()
    changed = serializers.IntegerField()
    removed = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    version = serializers.IntegerField(help_text="The list's version now.")
