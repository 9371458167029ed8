"""Tables taken in by jobs: uploaded, checked, applied. The pages of imports are made of this."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from inventory.forms.imports import ImportForm
from oms.core.errors import NotFound, Text
from oms.core.jobs import job_start
from oms.core.models import Job
from oms.core.web import PageRequest

RECENT = 10


@dataclass(frozen=True, slots=True)
class Upload:
    """One kind of table: the `kind` of its jobs, their `title` ("Stock from %(name)s"), the
    template of its page (see inventory/import_page.html) and the name of the page that applies.
    """

    kind: str
    title: Text
    template: str
    apply: str

    def page(self, request: PageRequest, form: ImportForm, **context: Any) -> HttpResponse:
        """The form; once it is valid, the page of the job that takes the file in."""
        if form.is_valid():
            file = form.cleaned_data["file"]
            job = self._start(request, upload=file.read(), name=file.name, params=form.params())
            return redirect("job-detail", job.uid)
        context |= {"form": form, "jobs": self._jobs(request)[:RECENT], "apply": self.apply}
        return render(request, self.template, context, status=422 if form.is_bound else 200)

    def applied(self, request: PageRequest, uid: UUID) -> HttpResponse:
        """Take in a file that was only checked, as it was checked. Raises NotFound."""
        checked = self._jobs(request).filter(uid=uid, status=Job.Status.DONE).first()
        if checked is None or checked.upload is None or not checked.params.get("dry_run"):
            raise NotFound
        # Who has seen the errors and says "apply" wants the rows without.
        keep_good = bool(checked.error_count) or checked.params["keep_good"]
        job = self._start(
            request,
            upload=bytes(checked.upload),
            name=checked.upload_name,
            params={**checked.params, "dry_run": False, "keep_good": keep_good},
        )
        messages.info(request, _("Applying %(name)s") % {"name": job.upload_name})
        return redirect("job-detail", job.uid)

    def _start(
        self, request: PageRequest, *, upload: bytes, name: str, params: dict[str, Any]
    ) -> Job:
        words = _("Check of %(name)s") if params["dry_run"] else str(self.title)
        return job_start(
            self.kind,
            title=words % {"name": name[:120]},
            actor=request.actor,
            params=params,
            upload=upload,
            upload_name=name[:200],
        )

    def _jobs(self, request: PageRequest) -> QuerySet[Job]:
        # One's own: a file may speak of locations that others must not see.
        return Job.objects.filter(kind=self.kind, created_by=request.user).defer("errors")
