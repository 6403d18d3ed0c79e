#!/usr/bin/env python3
"""An agent that says what it hears, one word after the other. A session runs it as a process:

    scripts/run --session-command "echo=python3 '$PWD/client/examples/agent.py'"

Each line of standard input is a run (RunAgentInput of AG-UI), each line of standard output an event of AG-UI; ids of run
and thread are added where they are missing. Ctrl-C, that is SIGINT, interrupts the run and not the agent.
"""

import json
import signal
import sys
import time
import uuid


class Interrupted(Exception):
    pass


def interrupt(signal_number, frame):
    raise Interrupted


def say(event_type, **members):
    print(json.dumps({"type": event_type, **members}), flush=True)


def answer(run):
    message = str(uuid.uuid4())
    asked = [m for m in run["messages"] if m["role"] == "user"]
    text = asked[-1]["content"] if asked else "nothing"
    say("RUN_STARTED", threadId=run["threadId"], runId=run["runId"])
    say("TEXT_MESSAGE_START", messageId=message, role="assistant")
    for word in ("You said: " + text).split(" "):
        say("TEXT_MESSAGE_CONTENT", messageId=message, delta=word + " ")
        time.sleep(0.02)
    say("TEXT_MESSAGE_END", messageId=message)
    say("RUN_FINISHED", threadId=run["threadId"], runId=run["runId"])


signal.signal(signal.SIGINT, signal.SIG_IGN)
print("ready", file=sys.stderr, flush=True)
for line in sys.stdin:
    run = json.loads(line)
    signal.signal(signal.SIGINT, interrupt)
    try:
        answer(run)
    except Interrupted:
        say("RUN_ERROR", runId=run["runId"], message="interrupted", code="INTERRUPTED")
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
