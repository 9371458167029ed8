"""What every form for a table to take in asks."""

from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from oms.core.errors import Text


class ImportForm(forms.Form):
    """A file (`file_help` says of what), whether it is only checked, and what a wrong row stops."""

    file_help: ClassVar[Text]

    file = forms.FileField(
        label=_("File"), widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,.xlsx"})
    )
    dry_run = forms.BooleanField(
        label=_("Check only"),
        required=False,
        initial=True,
        help_text=_("Says what would change and what is wrong; changes nothing."),
    )
    keep_good = forms.BooleanField(
        label=_("Keep the good rows"),
        required=False,
        help_text=_("Otherwise one wrong row stops the whole file."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].help_text = self.file_help  # type: ignore[assignment]  # lazy

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > settings.IMPORT_MAX_BYTES:
            megabytes = settings.IMPORT_MAX_BYTES // 1024 // 1024
            raise ValidationError(
                _("The file is larger than %(limit)d MB; split it"), params={"limit": megabytes}
            )
        return file

    def params(self) -> dict[str, Any]:
        """What the job is told besides the file."""
        return {name: value for name, value in self.cleaned_data.items() if name != "file"}
