"""A worker for sessions: takes those that wait for one and answers their messages.

    python3 worker.py [http://127.0.0.1:8765] [name]      (key, if any, in WEFT_API_KEY)
"""
import json, os, sys, threading, time, urllib.error, urllib.request

BASE = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8765"
NAME = sys.argv[2] if len(sys.argv) > 2 else "python-%d" % os.getpid()
KEY = {"X-API-Key": os.environ["WEFT_API_KEY"]} if os.environ.get("WEFT_API_KEY") else {}
TYPES = ["session.created", "session.starting", "session.lease_lost", "session.stopping",
         "run.requested"]
leases = {}   # session -> lease of this worker
done = set()  # runs that were answered
is_servers = lambda event: event.get("source", {}).get("kind") == "kernel_api"  # not somebody else's words


def call(method, path, body=None, headers={}):
    """The answer as (status, JSON); a body is an object, or lines of NDJSON."""
    data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
    request = urllib.request.Request(BASE + path, data, {**KEY, "Content-Type": "application/json", **headers}, method=method)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, json.loads(answer.read() or b"null")
    except urllib.error.HTTPError as refusal:
        return refusal.code, json.loads(refusal.read() or b"null")


def claim(session):
    status, claimed = call("POST", "/sessions/%s/claim" % session, {"worker": NAME})
    if status != 200:
        return  # another worker was faster, or it is for somebody else
    leases[session] = claimed["lease_id"]
    print("claimed", session, flush=True)
    # What was asked for while nobody had it, and is not answered yet.
    _, runs = call("GET", "/sessions/%s/runs?limit=1000" % session)
    open_runs = {run["run_id"] for run in runs["runs"] if run["status"] == "running"}
    _, asked = call("GET", "/events?subject=session/%s&type=run.requested&order=asc&limit=1000" % session)
    for item in asked["events"]:
        if is_servers(item["event"]) and item["event"]["run_id"] in open_runs:
            answer(session, item["event"]["data"])


def answer(session, wish):
    """Does one run: this is where the agent would be."""
    run, thread = wish["runId"], wish["threadId"]
    if run in done or session not in leases:
        return
    done.add(run)
    said = wish["messages"][-1].get("content", "nothing") if wish["messages"] else "nothing"
    message = "answer-" + run
    events = [{"type": "RUN_STARTED", "threadId": thread, "runId": run},
              {"type": "TEXT_MESSAGE_START", "messageId": message, "role": "assistant"}]
    events += [{"type": "TEXT_MESSAGE_CONTENT", "messageId": message, "delta": word + " "}
               for word in ("You said: %s" % said).split()]
    events += [{"type": "TEXT_MESSAGE_END", "messageId": message},
               {"type": "RUN_FINISHED", "threadId": thread, "runId": run}]
    lines = "\n".join(json.dumps(event) for event in events).encode()
    status, reply = call("POST", "/sessions/%s/agui" % session, lines,
                         {"Content-Type": "application/x-ndjson", "Weft-Lease": leases[session]})
    print("answered", run, status, flush=True)


def keep_alive():
    while True:
        for session, lease in list(leases.items()):
            status, _ = call("POST", "/sessions/%s/lease" % session, {"lease_id": lease})
            if status in (404, 409):
                leases.pop(session, None)  # it is not ours any more
        time.sleep(0.3)


def on_event(event):
    kind, _, session = event["subject"].partition("/")
    if event["type"] == "run.requested":
        answer(session, event["data"])
    elif event["type"] == "session.stopping" and session in leases:
        call("POST", "/sessions/%s/lease" % session, {"lease_id": leases.pop(session), "status": "stopped"})
        print("stopped", session, flush=True)
    elif event["type"] in ("session.created", "session.starting", "session.lease_lost"):
        claim(session)


threading.Thread(target=keep_alive, daemon=True).start()
last = str(call("GET", "/health")[1]["head"])
for waiting in call("GET", "/sessions?status=pending&driver=worker&limit=1000")[1]["items"]:
    claim(waiting["id"])
while True:  # comes back where it was
    try:
        path = "/events/stream?" + "&".join("type=" + name for name in TYPES)
        headers = {**KEY, "Accept": "text/event-stream", "Last-Event-ID": last}
        with urllib.request.urlopen(urllib.request.Request(BASE + path, headers=headers), timeout=60) as stream:
            for line in stream:
                if line.startswith(b"data: ") and b'"event":{' in line:
                    envelope = json.loads(line[6:])
                    last = str(envelope["seq"])
                    if is_servers(envelope["event"]):
                        on_event(envelope["event"])
    except OSError:
        time.sleep(1)
