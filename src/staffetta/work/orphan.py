"""Processes of one group end together: a child whose parent is gone, even by SIGKILL, stops itself.

Asking for the parent's number twice a second works on every system; Linux' `prctl(PR_SET_PDEATHSIG)` would end a child
also when only the *thread* that started it ends.
"""

import os
import signal
import threading
import time

VARIABLE = "STAFFETTA_PARENT"
"""Holds the process number of the parent a process must not outlive."""
LOOK_EVERY = 0.5
STOP_WITHIN = 15.0
"""Seconds a process has to stop by itself before it is ended."""


def stop_with_parent() -> None:
    """Watch the parent named by the environment, if any, and stop this process when it is gone."""
    named = os.environ.get(VARIABLE, "")
    if not named.isdigit() or (os.getppid() != int(named) and _lives(int(named))):
        return  # nobody's child, or a process started by a child, which inherited the variable
    threading.Thread(target=_watch, args=(int(named),), name="parent watch", daemon=True).start()


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(LOOK_EVERY)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(STOP_WITHIN)
    os._exit(1)
