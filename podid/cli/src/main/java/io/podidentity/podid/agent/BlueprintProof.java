// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.agent;

import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.emulator.json.Json;
import io.podidentity.emulator.workload.ClusterIssuer;
import io.podidentity.emulator.workload.WebhookSettings;
import io.podidentity.podid.check.azure.AgentFacts.Trusted;
import io.podidentity.podid.check.azure.AzureFacts;
import io.podidentity.podid.check.azure.AzureFacts.AksCluster;
import io.podidentity.podid.check.azure.AzureFacts.CloudIdentity;
import io.podidentity.podid.check.source.Value;
import java.util.Optional;

/**
 * The token that proves the identity of a blueprint, and the federated credential that the blueprint must have for it.
 * Immutable.
 *
 * @param owner whose token it is, as messages say it
 * @param issuer of the token; empty if it is not known
 * @param subject of the token; empty if it is not known
 * @param issuerInBody the issuer as it is in a JSON text between single quotes of a shell, which looks it up where it
 *     is not known
 * @param subjectInBody the same of the subject
 * @param name for the federated credential
 */
public record BlueprintProof(
        String owner,
        Optional<String> issuer,
        Optional<String> subject,
        String issuerInBody,
        String subjectInBody,
        String name) {

    private static final String ISSUER_OF_AKS =
            "az aks show --name CLUSTER --resource-group CLUSTER_GROUP --query oidcIssuerProfile.issuerUrl -o tsv";

    private static final String ISSUER_OF_ENTRA_ID =
            "https://login.microsoftonline.com/" + printed("az account show --query tenantId -o tsv") + "/v2.0";

    /** The token of a pod's service account. */
    public static BlueprintProof ofAccount(ObjectName account, AzureFacts azure) {
        Optional<String> issuer = azure.cluster().map(AksCluster::issuer).filter(text -> !text.isEmpty());
        String subject = ClusterIssuer.subject(account);
        return new BlueprintProof(
                "service account " + account,
                issuer,
                Optional.of(subject),
                issuer.map(BlueprintProof::literal).orElse(printed(ISSUER_OF_AKS)),
                literal(subject),
                account.toString().replaceAll("[^A-Za-z0-9-]", "-"));
    }

    /** The token of a managed identity, whose issuer is Entra ID for the identity's tenant, which is not known. */
    public static BlueprintProof ofManagedIdentity(String clientId, AzureFacts azure) {
        Optional<CloudIdentity> identity = azure.findIdentity(clientId);
        Optional<String> objectId = identity.map(CloudIdentity::principalId);
        // Any other text than a GUID would be a part of a command.
        String known = Value.isGuid(clientId) ? clientId : "CLIENT_ID";
        return new BlueprintProof(
                "managed identity " + identity.map(CloudIdentity::name).orElse(clientId),
                Optional.empty(),
                objectId,
                ISSUER_OF_ENTRA_ID,
                objectId.map(BlueprintProof::literal)
                        .orElse(printed("az ad sp show --id " + known + " --query id -o tsv")),
                "managed-identity");
    }

    /** Whether Entra ID takes the token by this federated credential, as far as the token is known. */
    boolean isTrustedBy(Trusted credential) {
        return isOfIssuer(credential)
                && subject.filter(text -> text.equals(credential.subject())).isPresent()
                && credential.audiences().contains(WebhookSettings.AUDIENCE);
    }

    private boolean isOfIssuer(Trusted credential) {
        return issuer.map(text -> text.equals(credential.issuer())).orElse(true);
    }

    /** What of the token this credential of the same subject does not name; empty if the subject is another one. */
    Optional<String> describeMismatch(Trusted credential) {
        if (subject.filter(text -> text.equals(credential.subject())).isEmpty()) {
            return Optional.empty();
        }
        if (!isOfIssuer(credential)) {
            return Optional.of("the issuer " + credential.issuer() + ", and the token's is " + issuer.orElse(""));
        }
        return Optional.of("the audience " + String.join(", ", credential.audiences()) + ", and the token's is "
                + WebhookSettings.AUDIENCE);
    }

    /** The command that gives the blueprint its federated credential, whole and ready to paste. */
    public String command(String blueprintId) {
        String known = Value.isGuid(blueprintId) ? blueprintId : "BLUEPRINT";
        String body = "'{\"name\": \"" + literal(name) + "\", \"issuer\": \"" + issuerInBody + "\", \"subject\": \""
                + subjectInBody + "\", \"audiences\": [\"" + WebhookSettings.AUDIENCE + "\"]}'";
        return "az rest --method post --url \"https://graph.microsoft.com/v1.0/applications/$(az ad app show --id "
                + known + " --query id -o tsv)/microsoft.graph.agentIdentityBlueprint/federatedIdentityCredentials\""
                + " --body " + body;
    }

    /** A text within a JSON text that is between single quotes of a shell. */
    private static String literal(String text) {
        String json = Json.write(text);
        return json.substring(1, json.length() - 1).replace("'", "'\\''");
    }

    /** What a command prints, at the same place. */
    private static String printed(String command) {
        return "'\"$(" + command + ")\"'";
    }
}
