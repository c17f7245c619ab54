// Agent identities with @azure/msal-node: node agents.mjs HOME SERVED BLUEPRINT READER STRANGER ACCOUNT
// HOME is the folder in which npm installed the library, SERVED what `podid serve --json` printed. Prints one object: the claims
// of each token, the status with which storage answers it, and the numbers of the refusals. Prints no token.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const [home, served, blueprint, reader, stranger, account] = process.argv.slice(2);
const { ConfidentialClientApplication } = createRequire(`${home}/`)("@azure/msal-node");
const { entra, storage, tenantId, pods } = JSON.parse(readFileSync(served, "utf8"));

const EXCHANGE = ["api://AzureADTokenExchange/.default"];
const STORAGE = ["https://storage.azure.com/.default"];
const AZ = "04b07795-8ddb-461a-bbee-02f9e1bf7b46";

const json = async (url, options) => (await fetch(url, options)).json();
const claimsOf = token => JSON.parse(Buffer.from(token.split(".")[1], "base64url").toString());

const identityToken = async () => {
    const url = `${pods[0].imds}/metadata/identity/oauth2/token?api-version=2018-02-01&resource=api://AzureADTokenExchange`;
    return (await json(url, { headers: { Metadata: "true" } })).access_token;
};

const application = (clientId, clientAssertion) => new ConfidentialClientApplication({
    auth: { clientId, clientAssertion, authority: `${entra}/${tenantId}`, knownAuthorities: [new URL(entra).host] },
});

const blueprintToken = async agent =>
    (await application(blueprint, identityToken).acquireTokenByClientCredential({ scopes: EXCHANGE, fmiPath: agent })).accessToken;

const agentOf = clientId => application(clientId, () => blueprintToken(clientId));
const tokenOf = async (clientId, scopes) => (await agentOf(clientId).acquireTokenByClientCredential({ scopes })).accessToken;

const userToken = async resource => {
    const ask = (path, form) =>
        json(`${entra}/${tenantId}/oauth2/v2.0/${path}`, { method: "POST", body: new URLSearchParams({ client_id: AZ, ...form }) });
    const scope = `${resource}/.default`;
    const { device_code } = await ask("devicecode", { scope });
    return (await ask("token", { scope, device_code, grant_type: "urn:ietf:params:oauth:grant-type:device_code" })).access_token;
};

const onBehalfOf = async audience =>
    (await agentOf(reader).acquireTokenOnBehalfOf({ scopes: STORAGE, oboAssertion: await userToken(`api://${audience}`) })).accessToken;

const ownUser = async (agent, user) => (await agentOf(agent).acquireTokenByUserFederatedIdentityCredential(
    { scopes: STORAGE, assertion: await tokenOf(agent, EXCHANGE), ...user })).accessToken;

const statusOf = async token => (await fetch(`${storage}/samples/hello.txt`,
    { headers: { Authorization: `Bearer ${token}`, "x-ms-version": "2023-11-03" } })).status;

async function refusal(ask) {
    try {
        await ask();
        return "none";
    } catch (error) {
        return /AADSTS[0-9]+/.exec(error.message)?.[0] ?? error.message;
    }
}

const own = await tokenOf(reader, STORAGE);
const byName = await ownUser(reader, { username: account });
const outcome = {
    blueprint: claimsOf(await blueprintToken(reader)),
    agent: claimsOf(own),
    onBehalfOf: claimsOf(await onBehalfOf(blueprint)),
    ownUser: claimsOf(byName),
    ownUserByObjectId: claimsOf(await ownUser(reader, { userObjectId: claimsOf(byName).oid })),
    reads: { agent: await statusOf(own), ownUser: await statusOf(byName), stranger: await statusOf(await tokenOf(stranger, STORAGE)) },
    refusals: {
        withoutAgent: await refusal(() => application(blueprint, identityToken).acquireTokenByClientCredential({ scopes: EXCHANGE })),
        blueprintItself: await refusal(() => application(blueprint, identityToken).acquireTokenByClientCredential({ scopes: STORAGE })),
        otherAgentsToken: await refusal(() => application(reader, () => blueprintToken(stranger)).acquireTokenByClientCredential({ scopes: STORAGE })),
        identityAsAgent: await refusal(() => application(reader, identityToken).acquireTokenByClientCredential({ scopes: STORAGE })),
        userOfTheAgent: await refusal(() => onBehalfOf(reader)),
        otherAgentsUser: await refusal(() => ownUser(stranger, { username: account })),
        unknownUser: await refusal(() => ownUser(reader, { username: "nobody@agents.example" })),
    },
};
console.log(JSON.stringify(outcome));
