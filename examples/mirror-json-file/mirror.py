#!/usr/bin/env python3
"""Mirrors a JSON file to a Parlor session: PARLOR_TOKEN=... ./mirror.py FILE [SESSION]
The token: parlor token --user my-backend --role service. Without SESSION it makes a new one."""
import json, os, sys, time
from pathlib import Path
from urllib.request import Request, urlopen

URL = os.environ.get("PARLOR_URL", "http://127.0.0.1:8080") + "/api/sessions"
HEADERS = {"authorization": "Bearer " + os.environ["PARLOR_TOKEN"], "content-type": "application/json"}

def send(method, url, body):
    request = Request(url, json.dumps(body).encode(), HEADERS, method=method)
    with urlopen(request, timeout=10) as answer:
        return json.load(answer)

file, shown = Path(sys.argv[1]), None
new = {"game": "mirror", "options": {"title": file.name}}
session = sys.argv[2] if len(sys.argv) > 2 else send("POST", URL, new)["session"]
print("mirroring", file, "to session", session, flush=True)
while True:
    try:
        if (text := file.read_text()) != shown:
            send("PUT", f"{URL}/{session}", {"public": json.loads(text)})
            shown = text
    except (OSError, ValueError) as trouble:  # half a file, a server restarting: once more
        if getattr(trouble, "code", 500) in (400, 401, 403, 404, 422):
            sys.exit(f"{trouble}: {trouble.read().decode()}")
        print(trouble, file=sys.stderr)
    time.sleep(0.2)
