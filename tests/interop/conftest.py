"""Makes `peer` importable for these tests and for the end-to-end tests, and gives coroutine tests a loop and a limit."""

import asyncio
import inspect
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
if HERE not in sys.path:
    sys.path.insert(0, HERE)

TEST_SECONDS = 30


def pytest_pyfunc_call(pyfuncitem):
    """Runs `async def` tests, each within TEST_SECONDS."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    names = pyfuncitem._fixtureinfo.argnames
    arguments = {name: pyfuncitem.funcargs[name] for name in names}

    async def limited():
        await asyncio.wait_for(pyfuncitem.obj(**arguments), TEST_SECONDS)

    asyncio.run(limited())
    return True
