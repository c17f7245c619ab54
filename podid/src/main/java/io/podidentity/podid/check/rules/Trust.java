package io.podidentity.podid.check.rules;

import io.podidentity.emulator.cluster.ServiceAccount;
import io.podidentity.emulator.directory.FederatedCredential;
import io.podidentity.emulator.directory.FederatedCredentials;
import io.podidentity.emulator.directory.FederatedCredentials.Match;
import io.podidentity.emulator.workload.Keys;
import io.podidentity.emulator.workload.WebhookSettings;
import io.podidentity.podid.check.azure.AksCluster;
import io.podidentity.podid.check.azure.CloudIdentity;
import io.podidentity.podid.check.azure.CloudIdentity.Credential;
import io.podidentity.podid.check.rule.ClosestMatch;
import io.podidentity.podid.check.rule.RuleContext;
import io.podidentity.podid.check.source.FieldLocation;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Whether the identity of a service account accepts its token.
 *
 * @param place what a finding names
 * @param issuer of the cluster, empty if it is not known
 * @param subject of the token
 * @param match what Entra ID says; of another issuer, too, it is {@code OTHER_SUBJECT}
 */
record Trust(
        FieldLocation place,
        CloudIdentity identity,
        List<Credential> credentials,
        String issuer,
        String subject,
        Match match) {

    /** Of all annotated service accounts whose identity and its credentials are known. */
    static List<Trust> all(RuleContext context) {
        var all = new ArrayList<Trust>();
        String issuer = context.azure().cluster().map(AksCluster::issuer).orElse("");
        for (ServiceAccount account : context.cluster().all(ServiceAccount.class)) {
            String clientId = account.metadata().annotations().getOrDefault(Keys.CLIENT_ID, "");
            Optional<CloudIdentity> identity = context.azure().identity(clientId);
            if (identity.isPresent() && identity.get().credentials().isPresent()) {
                List<Credential> credentials = identity.get().credentials().get();
                String subject = "system:serviceaccount:" + account.namespace() + ":"
                        + account.name().name();
                all.add(new Trust(
                        context.location(account).at("metadata", "annotations", Keys.CLIENT_ID),
                        identity.get(),
                        credentials,
                        issuer,
                        subject,
                        match(clientId, credentials, issuer, subject)));
            }
        }
        return all;
    }

    private static Match match(String clientId, List<Credential> credentials, String issuer, String subject) {
        var entra = new FederatedCredentials(Clock.fixed(Instant.EPOCH, ZoneOffset.UTC));
        credentials.stream().limit(FederatedCredentials.LIMIT).distinct().forEach(credential -> {
            String audience = credential.audiences().isEmpty()
                    ? ""
                    : credential.audiences().get(0);
            if (!entra.has(clientId, credential.issuer(), credential.subject())) {
                entra.create(
                        clientId,
                        new FederatedCredential(credential.issuer(), credential.subject(), audience),
                        Duration.ZERO);
            }
        });
        // Without a known issuer any of those that are trusted is taken for the cluster's.
        Set<String> issuers = new LinkedHashSet<>(
                issuer.isEmpty() ? credentials.stream().map(Credential::issuer).toList() : List.of(issuer));
        return issuers.stream()
                .map(one -> entra.match(clientId, one, subject, List.of(WebhookSettings.AUDIENCE)))
                .filter(match -> match == Match.ACCEPTED || match == Match.OTHER_AUDIENCE)
                .findFirst()
                .orElse(Match.OTHER_SUBJECT);
    }

    /** The one of this subject, but of another issuer. */
    Optional<Credential> ofOtherIssuer() {
        return isRefused() && !issuer.isEmpty()
                ? credentials.stream()
                        .filter(one -> one.subject().equals(subject))
                        .findFirst()
                : Optional.empty();
    }

    /** The one of this issuer whose subject is nearly this one. */
    Optional<Credential> ofNearSubject() {
        String account = subject.substring(subject.lastIndexOf(':'));
        return isRefused() && ofOtherIssuer().isEmpty()
                ? credentials.stream()
                        .filter(one -> issuer.isEmpty() || one.issuer().equals(issuer))
                        .filter(one -> ClosestMatch.isNear(one.subject(), subject)
                                || one.subject().endsWith(account)
                                || one.subject().contains("*"))
                        .findFirst()
                : Optional.empty();
    }

    /** Whether there is no credential of this issuer and subject. */
    boolean isRefused() {
        return match == Match.OTHER_SUBJECT;
    }

    /** The command that sets a credential right, or creates it. */
    String command(String verb, String name) {
        return "az identity federated-credential " + verb + " -g " + identity.resourceGroup() + " --identity-name "
                + identity.name() + " --name " + name + " --issuer "
                + (issuer.isEmpty()
                        ? "\"$(az aks show -g GROUP -n CLUSTER --query oidcIssuerProfile.issuerUrl -o tsv)\""
                        : issuer)
                + " --subject " + subject + " --audiences " + WebhookSettings.AUDIENCE;
    }
}
