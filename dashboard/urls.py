"""Every address of the dashboard."""

from django.urls import include, path

urlpatterns = [path("", include("secretsapp.web.urls"))]

# What fails before a view is reached does not pass our middleware.
handler400 = "secretsapp.web.views.refusals.unusable"
handler500 = "secretsapp.web.views.refusals.failed"
