"""Makes `peer` and the end-to-end helpers importable, and gives coroutine tests a loop and a limit."""

import asyncio
import inspect
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
for folder in ("interop", "e2e"):
    sys.path.insert(0, os.path.join(HERE, folder))

TEST_SECONDS = 60


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
