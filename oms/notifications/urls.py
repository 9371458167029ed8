"""Pages."""

from django.urls import URLPattern, path

from oms.notifications import views

urlpatterns: list[URLPattern] = [
    path("office/mailbox/", views.mailbox, name="mailbox"),
    path("office/mailbox/<uuid:uid>/", views.message_detail, name="message-detail"),
    path("office/mailbox/<uuid:uid>/body/", views.message_body, name="message-body"),
    path("office/mailbox/<uuid:uid>/resend/", views.resend, name="message-resend"),
]
