"""Pages."""

from django.urls import path
from django.views.decorators.http import require_safe

from oms.returns import views

urlpatterns = [
    path("office/returns/", require_safe(views.return_list), name="return-list"),
    path("office/orders/<int:number>/return/", views.return_create, name="return-create"),
]
