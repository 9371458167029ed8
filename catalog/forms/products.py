"""Categories and imports."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from catalog.selectors import category_choices


class CategoryForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=120)
    code = forms.CharField(label=_("Code"), max_length=60)
    parent = forms.TypedChoiceField(
        label=_("Below"), required=False, coerce=int, empty_value=None, choices=()
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["parent"]
        assert isinstance(field, forms.TypedChoiceField)  # noqa: S101 - for the types
        field.choices = [("", _("Nothing: a macro-category")), *category_choices()]


class ImportForm(forms.Form):
    """An upload: the first run is always dry."""

    file = forms.FileField(
        label=_("File"),
        help_text=_("CSV or XLSX, at most 10 MB and 20,000 rows."),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.txt,.tsv,.xlsx"}),
    )
    errors_mode = forms.ChoiceField(
        label=_("If some rows have errors"),
        choices=(
            ("all", _("Apply nothing until every row is good")),
            ("good", _("Apply the good rows, leave out the bad ones")),
        ),
        widget=forms.RadioSelect,
        initial="all",
    )

    def clean_file(self) -> Any:
        upload = self.cleaned_data["file"]
        if upload.size > settings.IMPORT_MAX_BYTES:
            raise forms.ValidationError(
                _("The file is larger than %(limit)d MB")
                % {"limit": settings.IMPORT_MAX_BYTES // 1024 // 1024}
            )
        return upload


class PriceImportForm(ImportForm):
    replace = forms.BooleanField(
        label=_("Replace the whole list"),
        required=False,
        help_text=_("Prices the file does not name are taken away."),
    )
