"""The category tree."""

from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from catalog.forms import CategoryForm
from catalog.models import Category, Product
from catalog.services.categories import category_delete, category_save
from oms.core.errors import DomainError, InvalidInput
from oms.core.permissions import Permission, grants_for
from oms.core.web import PageRequest, page


@page(Permission.CATALOG_VIEW)
@require_GET
def category_list(request: PageRequest) -> HttpResponse:
    """The whole tree, with how many products stand at and below each category."""
    context = {
        "tree": category_tree(),
        "may_change": grants_for(request.actor, Permission.CATALOG_MANAGE).any,
    }
    return render(request, "catalog/category_list.html", context)


def category_tree() -> list[dict[str, Any]]:
    """Macro-categories with their children below them, by name; two queries."""
    counts = dict(
        Product.objects.values("category").annotate(n=Count("pk")).values_list("category", "n")
    )
    nodes: dict[str, dict[str, Any]] = {}
    roots: list[dict[str, Any]] = []
    for category in Category.objects.order_by("path"):
        node = {
            "category": category,
            "children": [],
            "own": counts.get(category.pk, 0),
            "total": counts.get(category.pk, 0),
        }
        nodes[category.path] = node
        parent = nodes.get(category.path[: -Category.steplen])
        (parent["children"] if parent else roots).append(node)
        above = category.path[: -Category.steplen]
        while above in nodes:
            nodes[above]["total"] += node["own"]
            above = above[: -Category.steplen]
    for node in nodes.values():
        node["children"].sort(key=_by_name)
    return sorted(roots, key=_by_name)


def _by_name(node: dict[str, Any]) -> str:
    return str(node["category"].name).casefold()


@page(Permission.CATALOG_MANAGE)
def category_edit(request: PageRequest, pk: int | None = None) -> HttpResponse:
    """A new category, or the name, code and place of an existing one."""
    category = get_object_or_404(Category, pk=pk) if pk else None
    parent = Category.objects.get_parent(category) if category else None
    initial = (
        {"name": category.name, "code": category.code, "parent": parent.pk if parent else ""}
        if category
        else {"parent": request.GET.get("parent", "")}
    )
    form = CategoryForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        cleaned = form.cleaned_data
        try:
            saved = category_save(
                code=cleaned["code"],
                name=cleaned["name"],
                parent_id=cleaned["parent"],
                category_id=category.pk if category else None,
                actor=request.actor,
            )
        except InvalidInput as error:
            for issue in error.issues:
                name = issue.field if issue.field in form.fields else None
                form.add_error(name, str(issue.message))
        except DomainError as error:
            form.add_error("parent", str(error.detail))
        else:
            messages.success(request, _("%(name)s is saved") % {"name": saved.name})
            return redirect("category-list")
    context = {"form": form, "category": category}
    return render(
        request, "catalog/category_form.html", context, status=422 if form.errors else 200
    )


@page(Permission.CATALOG_MANAGE)
@require_POST
def category_remove(request: PageRequest, pk: int) -> HttpResponse:
    """Take away an empty category."""
    try:
        category_delete(pk, actor=request.actor)
    except DomainError as error:
        messages.error(request, str(error.detail))
        return redirect("category-edit", pk=pk)
    messages.success(request, _("The category is gone"))
    return redirect("category-list")
