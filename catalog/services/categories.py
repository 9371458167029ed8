"""The category tree."""

from collections.abc import Iterable

from django.db import IntegrityError, transaction
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from catalog.errors import InUse
from catalog.models import Category, DiscountRule, Product
from catalog.selectors import category_names
from oms.core.actors import Actor
from oms.core.audit import audit_record
from oms.core.errors import Busy, Conflict, InvalidInput, Issue, NotFound

# Between the names of a path as people write it: "Garden > Tools".
PATH_MARK = ">"


@transaction.atomic
def category_save(
    *,
    code: str,
    name: str,
    actor: Actor,
    parent_id: int | None = None,
    category_id: int | None = None,
) -> Category:
    """Create a category under a parent (none: a macro-category), or rename and move one.

    Raises InvalidInput, NotFound, Conflict when moved below itself, Busy.
    """
    code, name = code.strip(), name.strip()
    parent = _get(parent_id) if parent_id is not None else None
    _check(code, name, parent, category_id)
    if category_id is None:
        category = _add(parent, code, name)
        audit_record("category.created", category, actor=actor, data={"code": code, "name": name})
        return category
    category = _get(category_id)
    before = {"code": category.code, "name": category.name}
    category.code, category.name = code, name
    category.save(update_fields=["code", "name"])
    moved = _move(category, parent)
    audit_record(
        "category.changed",
        category,
        actor=actor,
        data={"before": before, "after": {"code": code, "name": name}, "moved": moved},
    )
    return category


@transaction.atomic
def category_delete(category_id: int, *, actor: Actor) -> None:
    """Remove an empty category. Raises InUse while it has products, children or rules, NotFound."""
    category = _get(category_id)
    if category.numchild or Product.objects.filter(category=category).exists():
        raise InUse(_("Move its products and categories elsewhere first"))
    rules = DiscountRule.objects.filter(category=category).values_list("name", flat=True)
    if rules:
        raise InUse(
            _("These discount rules are about it: %(names)s") % {"names": ", ".join(rules[:5])}
        )
    audit_record("category.deleted", category, actor=actor, data={"code": category.code})
    category.delete()


@transaction.atomic
def category_paths_ensure(paths: Iterable[tuple[str, ...]], *, actor: Actor) -> dict[str, Category]:
    """The category for each path of names, created where missing, by `path_key` of the path.

    One query for the whole tree, and a few per new category.
    """
    known = categories_by_path()
    codes = {category.code for category in known.values()}
    for path in sorted(set(paths), key=lambda each: (len(each), each)):
        for depth in range(1, len(path) + 1):
            key = path_key(path[:depth])
            if key in known:
                continue
            parent = known.get(path_key(path[: depth - 1])) if depth > 1 else None
            code = free_code(path[:depth], codes)
            codes.add(code)
            category = _add(parent, code, path[depth - 1])
            audit_record("category.created", category, actor=actor, data={"code": code})
            known[key] = category
    return known


def categories_by_path() -> dict[str, Category]:
    """Every category by the `path_key` of its names from the root; two queries."""
    names = category_names()
    found: dict[str, Category] = {}
    for category in Category.objects.order_by("path"):
        found.setdefault(path_key(names.get(category.pk, ())), category)
    return found


def path_key(path: Iterable[str]) -> str:
    """Paths are compared without regard to case and outer blanks."""
    return f" {PATH_MARK} ".join(name.strip().casefold() for name in path)


def free_code(path: tuple[str, ...], taken: set[str]) -> str:
    """A code from the names of a path that no other category has."""
    stem = "-".join(slugify(name) or "category" for name in path)[-50:].strip("-")
    code, number = stem, 1
    while code in taken:
        number += 1
        code = f"{stem}-{number}"
    return code


def _add(parent: Category | None, code: str, name: str) -> Category:
    fields = {"code": code, "name": name}
    try:
        with transaction.atomic():
            if parent is None:
                root: Category = Category.objects.add_root(fields)
                return root
            child: Category = Category.objects.add_child(_get(parent.pk), fields)
            return child
    except IntegrityError as error:
        # Another branch grew at the same place in the same moment.
        raise Busy from error


def _move(category: Category, parent: Category | None) -> bool:
    above = Category.objects.get_parent(category)
    if (above.pk if above else None) == (parent.pk if parent else None):
        return False
    if parent is not None and parent.path.startswith(category.path):
        raise Conflict(_("A category cannot stand below itself"))
    if parent is None:
        last = Category.objects.get_last_root_node()
        Category.objects.move(category, last, "last-sibling")
    else:
        Category.objects.move(category, parent, "last-child")
    return True


def _get(category_id: int) -> Category:
    category = Category.objects.filter(pk=category_id).first()
    if category is None:
        raise NotFound
    return category


def _check(code: str, name: str, parent: Category | None, category_id: int | None) -> None:
    issues = [
        Issue(field, _("Fill this in"), "required")
        for field, value in (("code", code), ("name", name))
        if not value
    ]
    if len(code) > 60:
        issues.append(Issue("code", _("At most 60 characters"), "too_long"))
    if len(name) > 120:
        issues.append(Issue("name", _("At most 120 characters"), "too_long"))
    tree = Category.objects
    siblings = tree.get_children(parent) if parent is not None else tree.get_root_nodes()
    if siblings.filter(name__iexact=name).exclude(pk=category_id).exists():
        issues.append(Issue("name", _("A category beside it has this name"), "taken"))
    if Category.objects.filter(code=code).exclude(pk=category_id).exists():
        issues.append(Issue("code", _("Another category has this code"), "taken"))
    if issues:
        raise InvalidInput(issues)
