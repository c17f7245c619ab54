// A program in a pod that uses Azure's identity library for JavaScript:
//   node azure-identity.mjs HOME default|managed|workload|binding [URL]
// prints the claims of its token for blob storage, as JSON, or the answer of the URL to that token, or the error. HOME is
// the folder in which npm installed the library.
import { createRequire } from "node:module";

const [home, kind, url] = process.argv.slice(2);
const { DefaultAzureCredential, ManagedIdentityCredential, WorkloadIdentityCredential } = createRequire(`${home}/`)("@azure/identity");

const credentials = {
    default: () => new DefaultAzureCredential(),
    managed: () => new ManagedIdentityCredential(),
    workload: () => new WorkloadIdentityCredential({ disableInstanceDiscovery: true }),
    binding: () => new WorkloadIdentityCredential({ disableInstanceDiscovery: true, enableAzureProxy: true }),
};

try {
    const { token } = await credentials[kind]().getToken("https://storage.azure.com/.default");
    if (url) {
        const answer = await fetch(url, { headers: { Authorization: `Bearer ${token}`, "x-ms-version": "2023-11-03" } });
        console.log(answer.status, await answer.text());
    } else {
        console.log(Buffer.from(token.split(".")[1], "base64url").toString());
    }
} catch (error) {
    console.error(error.message);
    process.exit(1);
}
