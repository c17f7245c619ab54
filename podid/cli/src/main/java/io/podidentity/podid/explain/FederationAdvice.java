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

/** The commands that let an identity trust a service account, whole and ready to paste. */
public final class FederationAdvice {

    private static final Pattern GUID = Pattern.compile("\\p{XDigit}{8}(-\\p{XDigit}{4}){3}-\\p{XDigit}{12}");

    private FederationAdvice() {}

    static List<String> of(Cluster cluster, ObjectName account, String clientId) {
        String issuer = "\"$(az aks show --name CLUSTER --resource-group CLUSTER_GROUP --query"
                + " oidcIssuerProfile.issuerUrl -o tsv)\"";
        return List.of(
                "In Azure the identity must trust it; once, with the names of your cluster and of its group:",
                command(cluster, account, clientId, issuer));
    }

    /** The one command, for the issuer of a token of the account. */
    public static String commandFor(Cluster cluster, ObjectName account, String clientId, String token) {
        String issuer = "";
        try {
            issuer = String.valueOf(SignedJWT.parse(token).getJWTClaimsSet().getIssuer());
        } catch (ParseException noToken) {
            // Then somebody must write it.
        }
        return command(cluster, account, clientId, issuer.matches("https://[A-Za-z0-9._:/-]+") ? issuer : "ISSUER");
    }

    /** @param issuer as a shell reads it */
    private static String command(Cluster cluster, ObjectName account, String clientId, String issuer) {
        Optional<String[]> resource = cluster.identities().stream()
                .filter(identity -> identity.clientId().equalsIgnoreCase(clientId))
                .map(AzureIdentity::resourceId)
                .filter(IdentityResourceId::isAzures)
                .map(id -> id.split("/", -1))
                .findFirst();
        // Any other text than a GUID would be a part of a command.
        String known = GUID.matcher(clientId).matches() ? clientId : "CLIENT-ID";
        String query = "az identity list --query \"[?clientId=='" + known + "'].";
        String name = resource.map(parts -> ShellWord.quoted(parts[8])).orElse("\"$(" + query + "name\" -o tsv)\"");
        String group =
                resource.map(parts -> ShellWord.quoted(parts[4])).orElse("\"$(" + query + "resourceGroup\" -o tsv)\"");
        return "az identity federated-credential create --name "
                + account.toString().replaceAll("[^A-Za-z0-9-]", "-")
                + " --identity-name " + name + " --resource-group " + group
                + " --issuer " + issuer + " --subject " + ShellWord.quoted(ClusterIssuer.subject(account))
                + " --audiences " + WebhookSettings.AUDIENCE;
    }
}
