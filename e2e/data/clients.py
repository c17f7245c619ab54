"""One request after the other to an address, each by a connection of its own: prints the status or the error of each, and when it began.

usage: clients.py URL
"""

import datetime
import http.client
import sys
import time
import urllib.parse

url = urllib.parse.urlparse(sys.argv[1])
while True:
    time.sleep(0.02)
    began = datetime.datetime.now()
    connection = http.client.HTTPConnection(url.hostname, url.port or 80, timeout=20)
    try:
        connection.request("GET", url.path, headers={"Connection": "close"})
        answer = connection.getresponse()
        answer.read()
        print(answer.status, began, flush=True)
    except (OSError, http.client.HTTPException) as e:
        print("lost", began, repr(e), flush=True)
    connection.close()
