"""Does what a controller such as External Secrets does: asks the API server for a token of another service account, and Entra ID for
one of Azure with it. Prints the application and the tenant of that token.

usage: controller.py NAMESPACE ACCOUNT CLIENT_ID TENANT
"""

import base64
import json
import os
import ssl
import sys
import urllib.error
import urllib.parse
import urllib.request

OWN = "/var/run/secrets/kubernetes.io/serviceaccount/"
namespace, account, client, tenant = sys.argv[1:]


def post(url, body, headers, trusted=None):
    request = urllib.request.Request(url, body.encode(), headers)
    context = ssl.create_default_context(cafile=trusted)
    if trusted:
        # An API server's own CA need not say what its key is for.
        context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    try:
        with urllib.request.urlopen(request, context=context) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as e:
        sys.exit(e.read().decode())


with open(OWN + "token") as file:
    own = file.read()
assertion = post(f"https://{os.environ['KUBERNETES_SERVICE_HOST']}/api/v1/namespaces/{namespace}/serviceaccounts/{account}/token",
                 json.dumps({"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest",
                             "spec": {"audiences": ["api://AzureADTokenExchange"]}}),
                 {"Authorization": f"Bearer {own}", "Content-Type": "application/json"}, OWN + "ca.crt")["status"]["token"]
form = urllib.parse.urlencode({"grant_type": "client_credentials", "client_id": client, "scope": "https://vault.azure.net/.default",
                               "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                               "client_assertion": assertion})
token = post(f"https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token", form, {})["access_token"]
claims = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
print(claims.get("appid") or claims["azp"], claims["tid"])
