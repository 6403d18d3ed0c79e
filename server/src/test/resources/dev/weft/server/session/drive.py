"""Runs the quickstart's Python client. Usage: python3 drive.py <scenario> <client.py> <origin> <session>

Prints one line of JSON for each thing seen.
"""

import importlib.util
import json
import runpy
import sys

import requests

scenario, path, origin, session = sys.argv[1:]


def say(**what):
    print(json.dumps(what), flush=True)


if scenario == "script":
    # The script names the place of its server itself: everything else about the request stays.
    original = requests.sessions.Session.request

    def request(self, method, url, **options):
        return original(self, method, url.replace("http://localhost:8000", origin), **options)

    requests.sessions.Session.request = request
    runpy.run_path(path, run_name="__main__")
    sys.exit(0)

spec = importlib.util.spec_from_file_location("quickstart", path)
quickstart = importlib.util.module_from_spec(spec)
spec.loader.exec_module(quickstart)
client = quickstart.SessionEventsClient(base_url=origin, api_key="your-api-key-here")

if scenario == "calls":
    first = client.get_events(session)
    say(first=first)
    say(second=client.get_events(session, page=2, per_page=3))
    say(errors=client.get_events(session, event_type="workflow_error"))
    say(newer=client.get_events(session, since=first["items"][2]["timestamp"]))
    client._print_event(first["items"][0])
    for bad in ({"session_id": "00000000-0000-0000-0000-000000000000"},
                {"session_id": session, "since": "yesterday"},
                {"session_id": session, "per_page": 101}):
        try:
            client.get_events(**bad)
            say(refused=None)
        except requests.HTTPError as error:
            say(refused=error.response.status_code, detail=error.response.json()["detail"])
    wrong = quickstart.SessionEventsClient(base_url=origin, api_key="another-key-that-is-wrong")
    try:
        wrong.get_events(session)
    except requests.HTTPError as error:
        say(refused=error.response.status_code, detail=error.response.json()["detail"])
else:
    seen = 0

    class Enough(Exception):
        pass

    def callback(event):
        global seen
        say(event=event)
        seen += 1
        if seen == 8:
            raise Enough

    try:
        client.monitor_session(session, poll_interval=1, event_callback=callback)
    except Enough:
        say(done=True)
