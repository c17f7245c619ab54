"""Asks a storage account everything that a file of cases says, and prints the cases with its answers:

    blobs.py CASES BASE           the answers, one case in a line
    blobs.py CASES BASE --check   whether they are the answers that the file has; exits with 1 if they are not

The environment has the TOKEN.
Each case has a container of its own, {c}. {etag1} and {modified1} are those of the first answer of the case, {base} is the
account's address. What differs from run to run is left out of the answers, or named: a date, the tag of an earlier step."""

import http.client
import json
import os
import re
import ssl
import sys
import uuid
import xml.etree.ElementTree
from urllib.parse import urlsplit

CASES, BASE = sys.argv[1:3]
TOKEN = os.environ["TOKEN"]
URL = urlsplit(BASE)
# Of the answer to a request that succeeds. An error is compared by its status and code.
COMPARED = (
    "accept-ranges cache-control content-disposition content-encoding content-language content-length content-md5 content-range"
    " content-type etag last-modified x-ms-access-tier x-ms-blob-content-length x-ms-blob-content-md5 x-ms-blob-type"
    " x-ms-content-crc64 x-ms-creation-time x-ms-has-immutability-policy x-ms-has-legal-hold x-ms-lease-state"
    " x-ms-lease-status x-ms-request-server-encrypted x-ms-server-encrypted"
).split()
DATES = ("last-modified", "x-ms-creation-time", "Last-Modified", "Creation-Time")
# Azurite says them and Azure does not, or only where they are not what is usual.
LEFT_OUT_OF_LISTS = ("AccessTierChangeTime", "MaxResults")
UNORDERED = ("Blobs", "Properties")
# Azurite's answer depends on the claims of the token that is presented, so it is recorded and not compared.
DEPENDS_ON_THE_TOKEN = ("a user delegation key",)
context = ssl.create_default_context()
context.check_hostname = False
context.verify_mode = ssl.CERT_NONE


def is_as_recorded(was, now):
    """Azurite leaves out the code of some errors."""
    return was == now or was["status"] == now["status"] and was.get("code") == ""


class Account:
    """One connection to the account."""

    def __init__(self):
        self.connection = http.client.HTTPSConnection(URL.hostname, URL.port, context=context)

    def ask(self, method, path, headers, body):
        sent = {"x-ms-version": "2026-10-06", "Authorization": "Bearer " + TOKEN, **headers}
        sent = {name: value for name, value in sent.items() if value}
        if body or method in ("PUT", "POST"):
            sent["Content-Length"] = str(len(body.encode()))
        for last in (False, True):
            try:
                self.connection.request(method, URL.path + path, body.encode() if body else None, sent)
                answer = self.connection.getresponse()
                return answer.status, answer.getheaders(), answer.read().decode("utf-8", "replace")
            except (http.client.HTTPException, OSError):
                self.connection.close()
                if last:
                    raise


class Case:
    """One case, whose answers are made comparable."""

    def __init__(self, number):
        self.container = f"m{number}{uuid.uuid4().hex[:8]}"
        self.tags, self.dates = [], []

    def filled(self, text):
        text = text.replace("{c}", self.container).replace("{base}", BASE)
        text = re.sub(r"\{etag(\d)\}", lambda found: self.tags[int(found[1]) - 1], text)
        return re.sub(r"\{modified(\d)\}", lambda found: self.dates[int(found[1]) - 1], text)

    def tag(self, text):
        quoted = text if text.startswith('"') else f'"{text}"'
        return f"of step {self.tags.index(quoted) + 1}" if quoted in self.tags else "new"

    def tree(self, element):
        children = [self.tree(child) for child in element if child.tag not in LEFT_OUT_OF_LISTS]
        children = [child for child in children if child[1:] != [""]]
        if element.tag in UNORDERED:
            children.sort()
        if children:
            return [element.tag, *children]
        text = (element.text or "").replace(self.container, "{c}")
        if element.tag in DATES:
            text = "a date"
        if element.tag == "NextMarker" and text:
            text = "a marker"
        return [element.tag, self.tag(text) if element.tag == "Etag" else text]

    def answer(self, method, status, got, text):
        headers = {name.lower(): value for name, value in got}
        etag, modified = headers.get("etag", ""), headers.get("last-modified", "")
        answer = {"status": status}
        if status >= 300:
            found = re.search(r"<Code>(.*?)</Code>", text)
            answer["code"] = headers.get("x-ms-error-code") or (found[1] if found else "")
        else:
            answer["headers"] = self.compared(method, status, headers)
            if text.lstrip("\ufeff").startswith("<?xml"):
                answer["xml"] = self.tree(xml.etree.ElementTree.fromstring(text.lstrip("\ufeff")))
                answer["headers"].pop("content-length", None)
            elif text:
                answer["body"] = "a batch" if text.startswith("--batchresponse") else text
        self.tags.append(etag)
        self.dates.append(modified)
        return answer

    def compared(self, method, status, headers):
        kept = {name: value for name, value in headers.items() if name in COMPARED or name.startswith("x-ms-meta-")}
        kept.update({name: "a date" for name in DATES if name in kept})
        if "etag" in kept:
            kept["etag"] = self.tag(kept["etag"])
        if kept.get("content-length") == "0":
            del kept["content-length"]
        if method not in ("GET", "HEAD"):
            kept.pop("content-type", None)
        if status == 200:
            # The same as Content-MD5, which Azure sends instead.
            kept.pop("x-ms-blob-content-md5", None)
        return dict(sorted(kept.items()))


account = Account()
differences = 0
for number, case in enumerate(json.load(open(CASES, encoding="utf-8"))):
    asked = Case(number)
    made = account.ask("PUT", f"/{asked.container}?restype=container", {}, "")[0]
    if made != 201:
        sys.exit(f"the account makes no container: {made}")
    answers = []
    for method, path, headers, body in case["steps"]:
        filled = {name: asked.filled(value) for name, value in headers.items()}
        answers.append(asked.answer(method, *account.ask(method, asked.filled(path), filled, asked.filled(body))))
    if sys.argv[3:] != ["--check"]:
        line = json.dumps({"name": case["name"], "steps": case["steps"], "answers": answers}, ensure_ascii=False)
        print("[" if number == 0 else ",", line, sep="\n" if number == 0 else "")
    elif case["name"] not in DEPENDS_ON_THE_TOKEN and not all(map(is_as_recorded, case["answers"], answers)):
        differences += 1
        print(case["name"], *(f"\n  recorded {was}\n  now      {now}" for was, now in zip(case["answers"], answers) if was != now))
if sys.argv[3:] != ["--check"]:
    print("]")
sys.exit(1 if differences else 0)
