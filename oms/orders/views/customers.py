"""Customers: who ordered under the shop's own reference."""

from django.db.models import Count, Max, QuerySet
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from oms.core.permissions import Permission, grants_for
from oms.core.web import ListPage, page
from oms.orders.filters import CustomerFilter
from oms.orders.models import Customer
from oms.orders.selectors.search import orders_visible
from oms.orders.tables import CustomerTable


class CustomerList(ListPage):
    """Customers whose orders the person may see."""

    title = gettext_lazy("Customers")
    table_class = CustomerTable
    filterset_class = CustomerFilter
    export_name = "customers"

    def rows(self) -> QuerySet[Customer]:
        actor = self.request.actor
        rows = Customer.objects.all()
        if not grants_for(actor, Permission.ORDERS_VIEW).everything:
            rows = rows.filter(pk__in=orders_visible(actor).values("customer_id"))
        return rows.annotate(order_count=Count("orders"), last_order=Max("orders__placed_at"))


customer_list = page(Permission.OFFICE_VIEW)(require_safe(CustomerList.as_view()))
