"""A Django project in one file, with the middleware that states the length of an answer."""
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse
from django.urls import path

settings.configure(ALLOWED_HOSTS=["127.0.0.1"], ROOT_URLCONF=__name__, SECRET_KEY="of no use here",
                   MIDDLEWARE=["django.middleware.common.CommonMiddleware"])


def hello(request):
    return HttpResponse("Hello, World!", content_type="text/plain; charset=utf-8")


urlpatterns = [path("hello", hello)]
app = get_wsgi_application()
