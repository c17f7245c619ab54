// The scenarios by Azure's libraries for JavaScript: judge.mjs HOME prints client, row and outcome, separated by tabs. HOME is
// the folder in which npm installed the libraries.
import { createHash, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const from = createRequire(`${process.argv[2]}/`);
const identity = from("@azure/identity");
const msal = from("@azure/msal-node");
const of = process.env;
const SCOPE = "https://storage.azure.com/.default";
const RESOURCE = "https://storage.azure.com";
const UNKNOWN_RESOURCE = "https://vaultt.azure.net/.default";
const EXCHANGE = "api://AzureADTokenExchange";
const there = { authorityHost: of.ENTRA, disableInstanceDiscovery: true };

async function outcome(ask) {
    try {
        return (await ask()).startsWith("eyJ") ? "token" : "no token";
    } catch (error) {
        const text = `${error.message} ${error.errorMessage ?? ""} ${error.cause?.message ?? ""}`;
        const code = /AADSTS\d+/.exec(text);
        if (code) {
            return code[0];
        }
        return /identity.not.found|not been assigned/i.test(text) ? "no identity" : text.split("\n")[0].slice(0, 120);
    }
}

const tokenOf = async (credential, scope = SCOPE) => (await credential.getToken(scope)).token;
const bySecret = (tenant, client, secret, scope) => tokenOf(new identity.ClientSecretCredential(tenant, client, secret, there), scope);
const byCertificate = (certificatePath) => tokenOf(new identity.ClientCertificateCredential(of.TENANT, of.APPLICATION, { certificatePath }, there));
const managed = (clientId, scope) => tokenOf(new identity.ManagedIdentityCredential({ clientId }, { retryOptions: { maxRetries: 0 } }), scope);
const byIdentity = (client) =>
    tokenOf(new identity.ClientAssertionCredential(of.TENANT, of.APPLICATION, () => managed(client, `${EXCHANGE}/.default`), there));
const byAccount = (tokenFilePath) =>
    tokenOf(new identity.WorkloadIdentityCredential({ tenantId: of.TENANT, clientId: of.APPLICATION, tokenFilePath, ...there }));
const byDevice = (clientId) =>
    tokenOf(new identity.DeviceCodeCredential({ tenantId: of.TENANT, clientId, userPromptCallback: () => {}, ...there }));

const at = (clientId, tenant) => ({
    clientId,
    authority: of.ENTRA + tenant,
    knownAuthorities: [new URL(of.ENTRA).host],
});
const application = async (proof, { tenant = of.TENANT, client = of.APPLICATION, scope = SCOPE } = {}) => {
    const confidential = new msal.ConfidentialClientApplication({ auth: { ...at(client, tenant), ...proof } });
    return (await confidential.acquireTokenByClientCredential({ scopes: [scope] })).accessToken;
};
const certificate = (file) => {
    const pem = readFileSync(file, "ascii");
    const thumbprintSha256 = createHash("sha256").update(new X509Certificate(pem).raw).digest("hex");
    const privateKey = pem.slice(pem.indexOf("-----BEGIN PRIVATE KEY"));
    return application({ clientCertificate: { thumbprintSha256, privateKey } });
};
const metadata = async (userAssignedClientId, resource = RESOURCE) => {
    const there = new msal.ManagedIdentityApplication({ managedIdentityIdParams: { userAssignedClientId } });
    return (await there.acquireToken({ resource })).accessToken;
};
const account = (file) => application({ clientAssertion: readFileSync(file, "ascii") });
const device = async (client) => {
    const tool = new msal.PublicClientApplication({ auth: at(client, of.TENANT) });
    return (await tool.acquireTokenByDeviceCode({ scopes: [SCOPE], deviceCodeCallback: () => {} })).accessToken;
};

const rows = {
    "@azure/identity": {
        "secret, right": () => bySecret(of.TENANT, of.APPLICATION, of.SECRET),
        "secret, wrong": () => bySecret(of.TENANT, of.APPLICATION, "wrong"),
        "secret, expired": () => bySecret(of.TENANT, of.APPLICATION, of.EXPIRED),
        "certificate, registered": () => byCertificate(of.REGISTERED),
        "certificate, not registered": () => byCertificate(of.UNREGISTERED),
        "managed identity's token, trusted": () => byIdentity(of.TRUSTED),
        "managed identity's token, of another identity": () => byIdentity(of.OTHER),
        "service account's token, trusted": () => byAccount(of.TOKEN_OF_APP),
        "service account's token, of another account": () => byAccount(of.TOKEN_OF_OTHER),
        "tenant, unknown": () => bySecret(of.UNKNOWN, of.APPLICATION, of.SECRET),
        "application, unknown": () => bySecret(of.TENANT, of.UNKNOWN, of.SECRET),
        "resource, unknown": () => bySecret(of.TENANT, of.APPLICATION, of.SECRET, UNKNOWN_RESOURCE),
        "device code, public client": () => byDevice(of.TOOL),
        "device code, unknown client": () => byDevice(of.UNKNOWN),
        "metadata service, known client ID": () => managed(of.TRUSTED),
        "metadata service, unknown client ID": () => managed(of.UNKNOWN),
    },
    "@azure/msal-node": {
        "secret, right": () => application({ clientSecret: of.SECRET }),
        "secret, wrong": () => application({ clientSecret: "wrong" }),
        "secret, expired": () => application({ clientSecret: of.EXPIRED }),
        "certificate, registered": () => certificate(of.REGISTERED),
        "certificate, not registered": () => certificate(of.UNREGISTERED),
        "managed identity's token, trusted": async () => application({ clientAssertion: await metadata(of.TRUSTED, EXCHANGE) }),
        "managed identity's token, of another identity": async () => application({ clientAssertion: await metadata(of.OTHER, EXCHANGE) }),
        "service account's token, trusted": () => account(of.TOKEN_OF_APP),
        "service account's token, of another account": () => account(of.TOKEN_OF_OTHER),
        "tenant, unknown": () => application({ clientSecret: of.SECRET }, { tenant: of.UNKNOWN }),
        "application, unknown": () => application({ clientSecret: of.SECRET }, { client: of.UNKNOWN }),
        "resource, unknown": () => application({ clientSecret: of.SECRET }, { scope: UNKNOWN_RESOURCE }),
        "device code, public client": () => device(of.TOOL),
        "device code, unknown client": () => device(of.UNKNOWN),
        "metadata service, known client ID": () => metadata(of.TRUSTED),
        "metadata service, unknown client ID": () => metadata(of.UNKNOWN),
    },
};

for (const [client, asked] of Object.entries(rows)) {
    for (const [row, ask] of Object.entries(asked)) {
        console.log(`${client}\t${row}\t${await outcome(ask)}`);
    }
}
process.exit(0);
