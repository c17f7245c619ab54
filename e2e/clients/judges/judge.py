"""The scenarios by Azure's libraries for Python: prints client, row and outcome, separated by tabs."""

import logging
import os
import re

import msal
import requests
from azure.identity import (
    CertificateCredential,
    ClientAssertionCredential,
    ClientSecretCredential,
    DeviceCodeCredential,
    ManagedIdentityCredential,
    WorkloadIdentityCredential,
)
from cryptography import x509
from cryptography.hazmat.primitives import hashes

of = os.environ.__getitem__
SCOPE = "https://storage.azure.com/.default"
RESOURCE = "https://storage.azure.com"
UNKNOWN_RESOURCE = "https://vaultt.azure.net/.default"
EXCHANGE = "api://AzureADTokenExchange"
THERE = {"authority": of("ENTRA"), "disable_instance_discovery": True}
logging.disable(logging.CRITICAL)


def outcome(ask):
    """"token", a code, or what the client says in its place."""
    try:
        return "token" if ask().startswith("eyJ") else "no token"
    except Exception as error:  # noqa: BLE001
        text = str(error)
        code = re.search(r"AADSTS\d+", text)
        if code:
            return code.group()
        return "no identity" if re.search("identity.not.found|not been assigned", text, re.I) else text.split("\n")[0][:120]


def read(name):
    """What stands in the file that the variable names."""
    with open(of(name), encoding="ascii") as file:
        return file.read()


def by_secret(tenant, client, secret, scope=SCOPE):
    return ClientSecretCredential(tenant, client, secret, **THERE).get_token(scope).token


def by_certificate(name):
    return CertificateCredential(of("TENANT"), of("APPLICATION"), of(name), **THERE).get_token(SCOPE).token


def managed(client, scope=SCOPE):
    return ManagedIdentityCredential(client_id=client, retry_total=0).get_token(scope).token


def by_identity(identity):
    assertion = lambda: managed(identity, EXCHANGE + "/.default")  # noqa: E731
    return ClientAssertionCredential(of("TENANT"), of("APPLICATION"), assertion, **THERE).get_token(SCOPE).token


def by_account(name):
    credential = WorkloadIdentityCredential(
        tenant_id=of("TENANT"), client_id=of("APPLICATION"), token_file_path=of(name), **THERE
    )
    return credential.get_token(SCOPE).token


def by_device(client):
    credential = DeviceCodeCredential(client, tenant_id=of("TENANT"), prompt_callback=lambda *code: None, **THERE)
    return credential.get_token(SCOPE).token


class Refused(Exception):
    """MSAL returns an error; here it is raised."""


def token_of(answer):
    """The token of what MSAL returns."""
    if "access_token" not in answer:
        raise Refused(f"{answer.get('error')} {answer.get('error_description')}")
    return answer["access_token"]


def msal_application(credential, tenant=of("TENANT"), client=of("APPLICATION"), scope=SCOPE):
    application = msal.ConfidentialClientApplication(
        client, authority=of("ENTRA") + tenant, client_credential=credential, instance_discovery=False
    )
    return token_of(application.acquire_token_for_client([scope]))


def msal_certificate(name):
    thumbprint = x509.load_pem_x509_certificate(read(name).encode()).fingerprint(hashes.SHA1())
    return msal_application({"private_key": read(name), "thumbprint": thumbprint.hex()})


def msal_managed(client, resource=RESOURCE):
    identity = msal.ManagedIdentityClient(msal.UserAssignedManagedIdentity(client_id=client), http_client=requests.Session())
    return token_of(identity.acquire_token_for_client(resource=resource))


def msal_asserted(assertion):
    return msal_application({"client_assertion": assertion})


def msal_device(client):
    tool = msal.PublicClientApplication(client, authority=of("ENTRA") + of("TENANT"), instance_discovery=False)
    flow = tool.initiate_device_flow([SCOPE])
    return token_of(tool.acquire_token_by_device_flow(flow) if "device_code" in flow else flow)


ROWS = {
    "azure-identity (Python)": {
        "secret, right": lambda: by_secret(of("TENANT"), of("APPLICATION"), of("SECRET")),
        "secret, wrong": lambda: by_secret(of("TENANT"), of("APPLICATION"), "wrong"),
        "secret, expired": lambda: by_secret(of("TENANT"), of("APPLICATION"), of("EXPIRED")),
        "certificate, registered": lambda: by_certificate("REGISTERED"),
        "certificate, not registered": lambda: by_certificate("UNREGISTERED"),
        "managed identity's token, trusted": lambda: by_identity(of("TRUSTED")),
        "managed identity's token, of another identity": lambda: by_identity(of("OTHER")),
        "service account's token, trusted": lambda: by_account("TOKEN_OF_APP"),
        "service account's token, of another account": lambda: by_account("TOKEN_OF_OTHER"),
        "tenant, unknown": lambda: by_secret(of("UNKNOWN"), of("APPLICATION"), of("SECRET")),
        "application, unknown": lambda: by_secret(of("TENANT"), of("UNKNOWN"), of("SECRET")),
        "resource, unknown": lambda: by_secret(of("TENANT"), of("APPLICATION"), of("SECRET"), UNKNOWN_RESOURCE),
        "device code, public client": lambda: by_device(of("TOOL")),
        "device code, unknown client": lambda: by_device(of("UNKNOWN")),
        "metadata service, known client ID": lambda: managed(of("TRUSTED")),
        "metadata service, unknown client ID": lambda: managed(of("UNKNOWN")),
    },
    "msal (Python)": {
        "secret, right": lambda: msal_application(of("SECRET")),
        "secret, wrong": lambda: msal_application("wrong"),
        "secret, expired": lambda: msal_application(of("EXPIRED")),
        "certificate, registered": lambda: msal_certificate("REGISTERED"),
        "certificate, not registered": lambda: msal_certificate("UNREGISTERED"),
        "managed identity's token, trusted": lambda: msal_asserted(msal_managed(of("TRUSTED"), EXCHANGE)),
        "managed identity's token, of another identity": lambda: msal_asserted(msal_managed(of("OTHER"), EXCHANGE)),
        "service account's token, trusted": lambda: msal_asserted(read("TOKEN_OF_APP")),
        "service account's token, of another account": lambda: msal_asserted(read("TOKEN_OF_OTHER")),
        "tenant, unknown": lambda: msal_application(of("SECRET"), tenant=of("UNKNOWN")),
        "application, unknown": lambda: msal_application(of("SECRET"), client=of("UNKNOWN")),
        "resource, unknown": lambda: msal_application(of("SECRET"), scope=UNKNOWN_RESOURCE),
        "device code, public client": lambda: msal_device(of("TOOL")),
        "device code, unknown client": lambda: msal_device(of("UNKNOWN")),
        "metadata service, known client ID": lambda: msal_managed(of("TRUSTED")),
        "metadata service, unknown client ID": lambda: msal_managed(of("UNKNOWN")),
    },
}
for client_name, rows in ROWS.items():
    for row, asking in rows.items():
        print(client_name, row, outcome(asking), sep="\t", flush=True)
