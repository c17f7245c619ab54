// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.explain;

import com.nimbusds.jwt.SignedJWT;
import io.podidentity.emulator.cluster.AzureIdentity;
import io.podidentity.emulator.cluster.Cluster;
import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.emulator.match.IdentityResourceId;
import io.podidentity.emulator.workload.ClusterIssuer;
import io.podidentity.emulator.workload.WebhookSettings;
import io.podidentity.podid.text.ShellWord;
import java.text.ParseException;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** The command that lets an identity trust a service account, whole and ready to paste. */
public final class FederationAdvice {

    private static final Pattern GUID = Pattern.compile("\\p{XDigit}{8}(-\\p{XDigit}{4}){3}-\\p{XDigit}{12}");

    /** What a shell takes for one plain word; the issuer of a token can be any text. */
    private static final Pattern ISSUER = Pattern.compile("https://[A-Za-z0-9._:/-]+");

    private static final String ISSUER_OF_AKS = "\"$(az aks show --name CLUSTER --resource-group CLUSTER_GROUP --query"
            + " oidcIssuerProfile.issuerUrl -o tsv)\"";

    private FederationAdvice() {}

    /** The command with a sentence before it, for a cluster whose issuer az looks up. */
    static List<String> of(Cluster cluster, ObjectName account, String clientId) {
        return List.of(
                "In Azure the identity must trust it; once, with the names of your cluster and of its group:",
                command(cluster, account, clientId, ISSUER_OF_AKS));
    }

    /**
     * The command alone, for the issuer of a token of the account.
     *
     * @param token a JWT; of any other text, the reader must write the issuer
     */
    public static String commandFor(Cluster cluster, ObjectName account, String clientId, String token) {
        String issuer =
                readIssuer(token).filter(text -> ISSUER.matcher(text).matches()).orElse("ISSUER");
        return command(cluster, account, clientId, issuer);
    }

    private static Optional<String> readIssuer(String token) {
        try {
            return Optional.ofNullable(SignedJWT.parse(token).getJWTClaimsSet().getIssuer());
        } catch (ParseException noToken) {
            return Optional.empty();
        }
    }

    /** @param issuer as a shell reads it */
    private static String command(Cluster cluster, ObjectName account, String clientId, String issuer) {
        IdentityWords identity = findInManifests(cluster, clientId).orElseGet(() -> lookUpInAzure(clientId));
        return "az identity federated-credential create --name "
                + account.toString().replaceAll("[^A-Za-z0-9-]", "-")
                + " --identity-name " + identity.name() + " --resource-group " + identity.group()
                + " --issuer " + issuer + " --subject " + ShellWord.quoted(ClusterIssuer.subject(account))
                + " --audiences " + WebhookSettings.AUDIENCE;
    }

    /** The name of an identity and its resource group, each as a word of a shell. */
    private record IdentityWords(String name, String group) {}

    private static Optional<IdentityWords> findInManifests(Cluster cluster, String clientId) {
        return cluster.identities().stream()
                .filter(identity -> identity.clientId().equalsIgnoreCase(clientId))
                .map(AzureIdentity::resourceId)
                .filter(IdentityResourceId::isAzures)
                .map(FederationAdvice::readResourceId)
                .findFirst();
    }

    /** Reads {@code /subscriptions/ID/resourcegroups/GROUP/providers/NAMESPACE/TYPE/NAME}. */
    private static IdentityWords readResourceId(String resourceId) {
        String[] parts = resourceId.split("/", -1);
        return new IdentityWords(ShellWord.quoted(parts[8]), ShellWord.quoted(parts[4]));
    }

    private static IdentityWords lookUpInAzure(String clientId) {
        // Any other text than a GUID would be a part of a command.
        String known = GUID.matcher(clientId).matches() ? clientId : "CLIENT-ID";
        String query = "az identity list --query \"[?clientId=='" + known + "'].";
        return new IdentityWords("\"$(" + query + "name\" -o tsv)\"", "\"$(" + query + "resourceGroup\" -o tsv)\"");
    }
}
