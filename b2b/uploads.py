"""Reading an uploaded list of SKUs and quantities (CSV or XLSX)."""

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from catalog.pasting import WantedRow, has_code_column, parse_table
from oms.core.errors import InvalidInput, Issue
from oms.core.tabular import read_table

MAX_ROWS = 2000


def read_upload(upload: UploadedFile) -> list[WantedRow]:
    """The rows of the file, numbered as its sheet shows them.

    Raises InvalidInput: unreadable, too many rows, or no column that names a SKU.
    """
    table = read_table(upload.read(), upload.name or "", max_rows=MAX_ROWS)
    names = [name.replace("_", " ") for name in table.header]
    if not has_code_column(names):
        raise InvalidInput(
            [
                Issue(
                    "file",
                    _("The first row must name the columns, with one called SKU or GTIN"),
                    "no_code_column",
                )
            ]
        )
    keys = [name for name in table.header if name]
    rows = [(number, [cells.get(key, "") for key in keys]) for number, cells in table.rows]
    return parse_table([(1, [key.replace("_", " ") for key in keys]), *rows])
