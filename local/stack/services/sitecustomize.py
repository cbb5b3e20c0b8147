"""Read by Python before the emulator starts: what it does otherwise than AWS.

The emulator answers its functions in several small writes. With Nagle's
algorithm each waits for the acknowledgement of the one before, which takes a
call from 10 ms to 50 or 100 ms.

Its Cognito refreshes tokens in two ways. The one for sign-ins at the hosted
page forgets the person's groups and attributes, so that role and tenant are
gone from the new token. What it does not find in its list of such tokens goes
the other way, which is right: that list stays empty.
"""

import importlib.abc
import importlib.util
import socketserver
import sys

socketserver.StreamRequestHandler.disable_nagle_algorithm = True


class _Empty(dict):
    def __setitem__(self, key, value):
        pass

    def update(self, *args, **kwargs):
        pass


class _Cognito(importlib.abc.MetaPathFinder):
    """Changes the emulator's Cognito when it is first imported."""

    def find_spec(self, fullname, path, target=None):
        if fullname != "ministack.services.cognito":
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(fullname)
        execute = spec.loader.exec_module

        def exec_module(module):
            execute(module)
            module._refresh_tokens = _Empty()

        spec.loader.exec_module = exec_module
        return spec


sys.meta_path.insert(0, _Cognito())
