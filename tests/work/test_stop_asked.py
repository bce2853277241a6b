"""However the signal and the wait meet, the process hears it."""

import subprocess
import sys
import time

CODE = """
import os, signal, threading
from staffetta.work.stop_asked import StopAsked
for round in range(300):
    asked = StopAsked()
    assert not asked.wait(0)
    thread = threading.Thread(target=os.kill, args=(os.getpid(), signal.SIGTERM))
    thread.start()
    assert asked.wait(10)
    thread.join()
print("heard")
"""


def test_a_shower_of_signals_never_stops_the_wait_itself() -> None:
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, timeout=30, check=False)
    assert (done.stdout.strip(), done.returncode) == ("heard", 0), done.stderr


def test_the_wait_ends_with_the_signal() -> None:
    began = time.monotonic()
    code = "from staffetta.work.stop_asked import StopAsked\nasked = StopAsked()\nprint(flush=True)\nasked.wait()"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.terminate()
        assert process.wait(10) == 0
    assert time.monotonic() - began < 10
