"""From ``module:app`` to the application, and to what kind of application it is."""

from __future__ import annotations

import importlib
import inspect
import sys
from typing import Any, Callable

from martlet.app import App
from martlet.cli_options import Options


class ApplicationError(Exception):
    """There is no such application; the message says what is missing."""


def _import(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as missing:
        if missing.name and (name == missing.name or name.startswith(missing.name + ".")):
            raise ApplicationError(f"there is no module {missing.name!r} (looked for {name!r})") from None
        raise


def _attribute(module: Any, path: str, said: str) -> Any:
    found = module
    for name in path.split("."):
        try:
            found = getattr(found, name)
        except AttributeError:
            raise ApplicationError(f"{said}: the module {module.__name__!r} has no {path!r}") from None
    return found


def load(options: Options) -> Callable[..., Any]:
    """Imports the application. Errors: ApplicationError, and whatever the module raises."""
    said = options.application
    module_name, colon, path = said.partition(":")
    if not module_name or (colon and not path):
        raise ApplicationError(f"{said!r} is not of the form module:app")
    if options.app_dir not in sys.path:
        sys.path.insert(0, options.app_dir)
    module = _import(module_name)
    found = _attribute(module, path or _usual_name(module, said), said)
    if options.factory:
        found = found()
    if isinstance(found, App):
        _check_app(options, said)
    elif not callable(found):
        raise ApplicationError(f"{said} is of type {type(found).__name__}, which no server can call")
    return found


def _check_app(options: Options, said: str) -> None:
    for name, is_said in (("--root-path", options.root_path), ("--proxy-headers", options.proxy_headers),
                          ("--interface", options.interface != "auto")):
        if is_said:
            raise ApplicationError(f"{name} is for WSGI and ASGI applications, and {said} is a martlet.App")


def _usual_name(module: Any, said: str) -> str:
    for name in ("app", "application"):
        if hasattr(module, name):
            return name
    raise ApplicationError(f"{said}: the module has neither 'app' nor 'application'; say module:name")


def interface_of(application: Any) -> str:
    """"app" of a martlet.App; "asgi" when calling the application makes a coroutine or takes scope, receive and send; else
    "wsgi"."""
    if isinstance(application, App):
        return "app"
    if inspect.isclass(application):
        return "asgi" if hasattr(application, "__await__") else "wsgi"
    if inspect.iscoroutinefunction(application) or inspect.iscoroutinefunction(getattr(application, "__call__")):
        return "asgi"
    return "asgi" if _takes(application, 3) and not _takes(application, 2) else "wsgi"


def _takes(application: Callable[..., Any], count: int) -> bool:
    try:
        inspect.signature(application).bind(*[None] * count)
    except (TypeError, ValueError):
        return False
    return True
