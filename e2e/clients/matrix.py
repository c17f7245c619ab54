"""Which clients get the pod's identity where: each client in a process of its own, in a pod of each profile that `podid
serve` plays. matrix.py ROOT JS_HOME PROFILE... prints a table in Markdown; exits with 1 if a client did not get the token of
the pod's identity. The clients for Java are in the emulator's NmiClientsIT."""

import base64
import json
import os
import subprocess
import sys
import tempfile

ROOT, JS_HOME, *PROFILES = sys.argv[1:]
CLIENT_ID = "11111111-1111-1111-1111-111111111111"
RESOURCE = "https://storage.azure.com"

POD_IDENTITY = f"""
apiVersion: aadpodidentity.k8s.io/v1
kind: AzureIdentity
metadata: {{name: app}}
spec:
  type: 0
  resourceID: /subscriptions/00000000-0000-0000-0000-000000000001/resourcegroups/demo/providers/Microsoft.ManagedIdentity/userAssignedIdentities/app
  clientID: {CLIENT_ID}
---
apiVersion: aadpodidentity.k8s.io/v1
kind: AzureIdentityBinding
metadata: {{name: app}}
spec: {{azureIdentity: app, selector: app}}
---
apiVersion: v1
kind: Pod
metadata: {{name: app, labels: {{aadpodidbinding: app}}}}
spec: {{containers: [{{name: app, image: app}}]}}
"""

WORKLOAD_IDENTITY = f"""
apiVersion: v1
kind: ServiceAccount
metadata: {{name: app, annotations: {{azure.workload.identity/client-id: {CLIENT_ID}}}}}
---
apiVersion: v1
kind: Pod
metadata: {{name: app, labels: {{azure.workload.identity/use: "true"}}ANNOTATIONS}}
spec: {{serviceAccountName: app, containers: [{{name: app, image: app}}]}}
"""

PROXY = ', annotations: {azure.workload.identity/inject-proxy-sidecar: "true"}'

# What a program of each library writes to get a token, by the way its profile asks for: managed identity or workload identity.
PYTHON = {
    "azure-identity": {
        "managed": "from azure.identity import ManagedIdentityCredential as C; print(C().get_token(R + '/.default').token)",
        "workload": "from azure.identity import WorkloadIdentityCredential as C;"
        " print(C(disable_instance_discovery=True).get_token(R + '/.default').token)",
    },
    "msal": {
        "managed": "import msal, requests; print(msal.ManagedIdentityClient(msal.SystemAssignedManagedIdentity(),"
        " http_client=requests.Session()).acquire_token_for_client(resource=R)['access_token'])",
        "workload": "import msal; e = os.environ; print(msal.ConfidentialClientApplication(e['AZURE_CLIENT_ID'],"
        " authority=e['AZURE_AUTHORITY_HOST'] + e['AZURE_TENANT_ID'], instance_discovery=False,"
        " client_credential={'client_assertion': open(e['AZURE_FEDERATED_TOKEN_FILE']).read()})"
        ".acquire_token_for_client([R + '/.default'])['access_token'])",
    },
}
JAVASCRIPT = {
    "@azure/identity": {
        "managed": "new (require('@azure/identity').ManagedIdentityCredential)().getToken(R + '/.default').then(t => console.log(t.token))",
        "workload": "new (require('@azure/identity').WorkloadIdentityCredential)({disableInstanceDiscovery: true})"
        ".getToken(R + '/.default').then(t => console.log(t.token))",
    },
    "@azure/msal-node": {
        "managed": "new (require('@azure/msal-node').ManagedIdentityApplication)().acquireToken({resource: R})"
        ".then(t => console.log(t.accessToken))",
        "workload": "e = process.env; authority = e.AZURE_AUTHORITY_HOST + e.AZURE_TENANT_ID;"
        " new (require('@azure/msal-node').ConfidentialClientApplication)({auth: {clientId: e.AZURE_CLIENT_ID, authority,"
        " knownAuthorities: [new URL(authority).host],"
        " clientAssertion: require('fs').readFileSync(e.AZURE_FEDERATED_TOKEN_FILE, 'utf8')}})"
        ".acquireTokenByClientCredential({scopes: [R + '/.default']}).then(t => console.log(t.accessToken))",
    },
}
BLOBS = (
    "from azure.identity import {0} as C; from azure.storage.blob import ContainerClient as B;"
    " print(*(b.name for b in B({1!r}, 'samples', credential=C({2})).list_blobs()))"
)


def programs(way, azure):
    """Each client with its command and whether it prints a token, or names of blobs."""
    java = os.path.join(os.environ["JAVA_HOME"], "bin", "java")
    yield "token-provider", [java, "-jar", f"{ROOT}/token-provider/target/token-provider.jar", "token", "--resource", RESOURCE], True
    for name, ways in PYTHON.items():
        yield f"{name} (Python)", [sys.executable, "-c", f"import os; R = {RESOURCE!r}; {ways[way]}"], True
    credential = {"managed": ("ManagedIdentityCredential", ""), "workload": ("WorkloadIdentityCredential", "disable_instance_discovery=True")}
    code = BLOBS.format(credential[way][0], azure["storage"], credential[way][1])
    yield "azure-storage-blob (Python)", [sys.executable, "-c", code], False
    for name, ways in JAVASCRIPT.items():
        script = f"R = {RESOURCE!r}; require = require('module').createRequire('{JS_HOME}/'); {ways[way]}"
        yield name, ["node", "-e", script], True


def az(environment, way, azure, folder):
    """The Azure CLI, signed in as in that pod."""
    entra = azure["entra"]
    variables = {**environment, "AZURE_CONFIG_DIR": folder, "AZURE_CORE_INSTANCE_DISCOVERY": "false",
                 "AZURE_CORE_COLLECT_TELEMETRY": "0", "AZURE_CORE_NO_COLOR": "1", "PYTHONWARNINGS": "ignore"}

    def call(*arguments):
        return subprocess.run(["az", *arguments], env=variables, capture_output=True, text=True, timeout=120, check=False)

    call("cloud", "register", "-n", "Emulated", "--endpoint-active-directory", entra, "--endpoint-resource-manager", entra,
         "--endpoint-active-directory-resource-id", f"{entra}/", "--endpoint-management", entra,
         "--endpoint-active-directory-graph-resource-id", f"{entra}/", "--suffix-storage-endpoint", "localhost")
    call("cloud", "set", "-n", "Emulated")
    if way == "managed":
        signed_in = call("login", "--identity", "--allow-no-subscriptions", "-o", "none")
    else:
        with open(environment["AZURE_FEDERATED_TOKEN_FILE"], encoding="ascii") as token:
            signed_in = call("login", "--service-principal", "-u", CLIENT_ID, "-t", azure["tenantId"], "--allow-no-subscriptions",
                             "-o", "none", "--federated-token", token.read())
    if signed_in.returncode != 0:
        return signed_in
    return call("account", "get-access-token", "--resource", RESOURCE, "--query", "accessToken", "-o", "tsv")


def verdict(result, is_token):
    """Whether that is the pod's token, else the end of the error."""
    printed = result.stdout.strip()
    if result.returncode != 0 or not printed:
        return (result.stderr.strip().splitlines() or ["no answer"])[-1][:200]
    if not is_token:
        return "ok" if "hello.txt" in printed.split() else f"got {printed[:40]}"
    payload = printed.splitlines()[-1].split(".")[1]
    whose = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))["appid"]
    return "ok" if whose == CLIENT_ID else f"the token of {whose}"


def column(profile, folder):
    """All clients in one profile: their verdicts by name."""
    with open(f"{folder}/pod.yaml", "w", encoding="ascii") as manifest:
        annotations = PROXY if profile == "proxy sidecar" else ""
        workload = profile in ("workload-identity", "proxy sidecar")
        manifest.write(WORKLOAD_IDENTITY.replace("ANNOTATIONS", annotations) if workload else POD_IDENTITY)
    java = os.path.join(os.environ["JAVA_HOME"], "bin", "java")
    played = "workload-identity" if workload else profile
    with subprocess.Popen(
        [java, "-jar", f"{ROOT}/podid/cli/target/podid.jar", "serve", "--json", "--time-scale", "100", "--profile", played, f"{folder}/pod.yaml"],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    ) as served:
        try:
            azure = json.loads(served.stdout.readline())
            environment = {"PATH": os.environ["PATH"], "HOME": folder, **azure["pods"][0]["env"],
                           "NODE_EXTRA_CA_CERTS": azure["ca"], "REQUESTS_CA_BUNDLE": azure["ca"],
                           "JAVA_TOOL_OPTIONS": f"-Djavax.net.ssl.trustStore={azure['trustStore']} -Djavax.net.ssl.trustStorePassword=changeit"}
            way = "workload" if profile == "workload-identity" else "managed"
            if profile == "proxy sidecar":
                # What such a client knows is the metadata service only.
                environment = {name: value for name, value in environment.items()
                               if name not in ("AZURE_FEDERATED_TOKEN_FILE", "AZURE_TENANT_ID", "AZURE_AUTHORITY_HOST")}
            verdicts = {}
            for name, command, is_token in programs(way, azure):
                result = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
                verdicts[name] = verdict(result, is_token)
            verdicts["az"] = verdict(az(environment, way, azure, f"{folder}/az"), True)
            return verdicts
        finally:
            served.terminate()


columns = {}
for asked in PROFILES:
    with tempfile.TemporaryDirectory() as place:
        columns[asked] = column(asked, place)
print("| Client | " + " | ".join(columns) + " |")
print("|---" * (len(columns) + 1) + "|")
for client in columns[PROFILES[0]]:
    print(f"| {client} | " + " | ".join(one[client] for one in columns.values()) + " |")
sys.exit(0 if all(said == "ok" for one in columns.values() for said in one.values()) else 1)
