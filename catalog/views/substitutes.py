"""What may stand in for a SKU, where an order accepts that."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from catalog.forms.substitutes import SubstitutesForm
from catalog.selectors import skus_by_code
from catalog.services.substitutes import sku_substitutes_set, substitute_codes
from oms.core.errors import InvalidInput, NotFound
from oms.core.permissions import Permission
from oms.core.web import PageRequest, page


@page(Permission.CATALOG_MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def sku_substitutes(request: PageRequest, code: str) -> HttpResponse:
    """The codes, one below the other."""
    sku = next(iter(skus_by_code([code]).values()), None)
    if sku is None:
        raise NotFound
    lines = "\n".join(substitute_codes([sku.pk]).get(sku.pk, ()))
    form = SubstitutesForm(request.POST or None, initial={"substitutes": lines})
    if request.method == "POST" and form.is_valid():
        try:
            sku_substitutes_set(sku.pk, form.cleaned_data["substitutes"], actor=request.actor)
        except InvalidInput as error:
            for issue in error.issues:
                form.add_error(issue.field, str(issue.message))
        else:
            messages.success(request, _("%(name)s is saved") % {"name": sku.full_name})
            return redirect("sku-detail", sku.code)
    context = {"form": form, "sku": sku}
    return render(
        request, "catalog/sku_substitutes.html", context, status=422 if form.errors else 200
    )
