"""A Django project in one file: settings, views and the WSGI application."""
import hashlib
import os
import pathlib
import tempfile
import time

import django
from django import forms
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import FileResponse, HttpResponse, HttpResponseRedirect, JsonResponse, StreamingHttpResponse
from django.middleware.csrf import get_token
from django.template import engines
from django.urls import path, reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET

settings.configure(
    ALLOWED_HOSTS=["*"], ROOT_URLCONF=__name__, SECRET_KEY="for tests", USE_TZ=True,
    FILE_UPLOAD_TEMP_DIR=tempfile.gettempdir(), DATA_UPLOAD_MAX_MEMORY_SIZE=None,
    SESSION_ENGINE="django.contrib.sessions.backends.signed_cookies",
    INSTALLED_APPS=["django.contrib.sessions"],
    MIDDLEWARE=["django.middleware.security.SecurityMiddleware", "django.contrib.sessions.middleware.SessionMiddleware",
                "django.middleware.common.CommonMiddleware", "django.middleware.csrf.CsrfViewMiddleware",
                "django.middleware.http.ConditionalGetMiddleware"],
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates"}])
django.setup()

PAGE = engines["django"].from_string("<form method='post'>{% csrf_token %}{{ form }}</form>")


class Name(forms.Form):
    name = forms.CharField(max_length=10)


def index(request):
    return HttpResponse("Hello, World!", content_type="text/plain")


def user(request, name):
    return HttpResponse(f"user {name} of {request.get_host()}")


def form(request):
    filled = Name(request.POST or None)
    if request.method == "POST" and filled.is_valid():
        request.session["name"] = filled.cleaned_data["name"]
        return HttpResponseRedirect(reverse("greet"))
    return HttpResponse(PAGE.render({"form": filled}, request))


def greet(request):
    return HttpResponse(f"hello {request.session.get('name', 'nobody')}")


@csrf_exempt
def upload(request):
    sums, file = hashlib.sha256(), request.FILES["file"]
    for piece in file.chunks():
        sums.update(piece)
    return JsonResponse({"name": file.name, "size": file.size, "note": request.POST["note"], "sum": sums.hexdigest()})


@csrf_exempt
def raw(request):
    return JsonResponse({"size": len(request.body), "sum": hashlib.sha256(request.body).hexdigest()})


def stream(request):
    def lines():
        for index in range(5):
            yield f"line {index}\n"
            time.sleep(0.01)
    return StreamingHttpResponse(lines(), content_type="text/plain")


@require_GET
def file(request):
    return FileResponse(open(pathlib.Path(__file__), "rb"), as_attachment=True, filename="site.py")


def fail(request):
    raise RuntimeError("planted")


def late(request):
    def pieces():
        yield "begun "
        raise RuntimeError("planted late")
    return StreamingHttpResponse(pieces())


def token(request):
    return HttpResponse(get_token(request))


def environment(request):
    return JsonResponse({"path": request.path, "info": request.path_info, "scheme": request.scheme, "pid": os.getpid()})


urlpatterns = [
    path("", index), path("users/<str:name>", user), path("form", form), path("greet", greet, name="greet"),
    path("upload", upload), path("raw", raw), path("stream", stream), path("file", file), path("fail", fail),
    path("late", late), path("token", token), path("environment", environment)]
application = get_wsgi_application()
