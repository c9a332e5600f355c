"""Loads martlet._fast, the second module in the file of martlet._native."""
import importlib.machinery
import importlib.util
import sys

from . import _native

NAME = "martlet._fast"


def _load():
    loader = importlib.machinery.ExtensionFileLoader(NAME, _native.__file__)
    spec = importlib.util.spec_from_loader(NAME, loader, origin=_native.__file__)
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return sys.modules.setdefault(NAME, module)


_fast = _load()
Asgi, poll = _fast.Asgi, _fast.poll
