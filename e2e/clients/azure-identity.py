"""A borrower that uses Azure's identity library for Python: azure-identity.py [URL] prints the claims of its token for
blob storage, as JSON, or the answer of the URL to that token, or the error."""

import base64
import logging
import sys
import urllib.request

from azure.identity import ManagedIdentityCredential

# The library logs the error that it raises, too.
logging.disable(logging.CRITICAL)
try:
    token = ManagedIdentityCredential().get_token("https://storage.azure.com/.default").token
except Exception as error:  # noqa: BLE001
    print(error, file=sys.stderr)
    sys.exit(1)
if len(sys.argv) > 1:
    headers = {"Authorization": f"Bearer {token}", "x-ms-version": "2023-11-03"}
    with urllib.request.urlopen(urllib.request.Request(sys.argv[1], headers=headers)) as answer:
        print(answer.status, answer.read().decode())
else:
    print(base64.urlsafe_b64decode(token.split(".")[1] + "===").decode())
