package io.podidentity.podid.check.rule;

import static io.podidentity.emulator.workload.WebhookSettings.AUDIENCE;

import io.podidentity.emulator.cluster.ServiceAccount;
import io.podidentity.emulator.directory.FederatedCredential;
import io.podidentity.emulator.directory.FederatedCredentials;
import io.podidentity.emulator.directory.FederatedCredentials.Match;
import io.podidentity.emulator.workload.Keys;
import io.podidentity.podid.check.azure.AksCluster;
import io.podidentity.podid.check.azure.AzureFacts.CloudIdentity;
import io.podidentity.podid.check.azure.AzureFacts.CloudIdentity.Credential;
import io.podidentity.podid.check.source.FieldLocation;
import io.podidentity.podid.text.ClosestMatch;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Whether identities trust service accounts, by what az printed of their federated credentials. */
final class FederatedCredentialRules extends RuleFamily {

    FederatedCredentialRules(RuleContext context) {
        super(
                context,
                About.error("C16", "federated-credential-audience", "azure-workload-identity#340")
                        .says("The identity expects another audience than the token has")
                        .remedy("Write the audience api://AzureADTokenExchange"),
                About.error("C16", "federated-credential-issuer", "azure-workload-identity#340", "AKS#3897")
                        .says("The identity trusts another issuer than the cluster's")
                        .remedy("Write the issuer exactly as az aks show prints it, with its trailing slash"),
                About.warning("C16", "federated-credential-limit", "azure-workload-identity#1126")
                        .says("The identity has as many federated credentials as are allowed")
                        .remedy("Remove those of clusters that are gone, use a second identity, or an AKS identity"
                                + " binding"),
                About.error(
                                "C16",
                                "federated-credential-missing",
                                "azure-workload-identity#340",
                                "azure-workload-identity#977")
                        .says("The identity does not trust the service account")
                        .remedy("Create a federated credential for the cluster's issuer and the service account"),
                About.error(
                                "C16",
                                "federated-credential-subject",
                                "azure-workload-identity#977",
                                "azure-workload-identity#1126")
                        .says("The identity trusts another subject than the service account")
                        .remedy("Write system:serviceaccount:NAMESPACE:NAME, in the same letter case and without"
                                + " wildcards"));
    }

    @Override
    protected void check() {
        for (Trust trust : Trust.all(context)) {
            federatedCredentialAudience(trust, report("federated-credential-audience"));
            federatedCredentialIssuer(trust, report("federated-credential-issuer"));
            federatedCredentialLimit(trust, report("federated-credential-limit"));
            federatedCredentialMissing(trust, report("federated-credential-missing"));
            federatedCredentialSubject(trust, report("federated-credential-subject"));
        }
    }

    /** Needs az identity list and federated-credential list. Entra ID says AADSTS700212. */
    private void federatedCredentialAudience(Trust trust, Report report) {
        if (trust.match() == Match.OTHER_AUDIENCE) {
            Credential credential = trust.credentials().stream()
                    .filter(one -> one.subject().equals(trust.subject()))
                    .findFirst()
                    .orElseThrow();
            String audiences = String.join(", ", credential.audiences());
            trust.add(report, credential, "audience " + audiences + ", and the token's is " + AUDIENCE);
        }
    }

    /** Needs az aks show, too. Entra ID compares byte by byte: AADSTS700211. */
    private void federatedCredentialIssuer(Trust trust, Report report) {
        trust.ofOtherIssuer().ifPresent(credential -> {
            boolean isNear = bare(credential.issuer()).equalsIgnoreCase(bare(trust.issuer()));
            String issuers = "issuer " + credential.issuer() + ", and the cluster's is " + trust.issuer();
            String hint = "; only the slash at the end or the letter case differs";
            trust.add(report, credential, issuers + (isNear ? hint : ""));
        });
    }

    private static String bare(String issuer) {
        return issuer.replaceFirst("/+$", "");
    }

    /** Needs az identity list and federated-credential list. The limit is 20. */
    private void federatedCredentialLimit(Trust trust, Report report) {
        if (trust.credentials().size() >= FederatedCredentials.LIMIT) {
            report.add(
                    trust.place(),
                    "identity " + trust.identity().name() + " has "
                            + trust.credentials().size() + " federated credentials, and no more can be added");
        }
    }

    /** Needs az identity list and federated-credential list. Entra ID says AADSTS70021 or 700213. */
    private void federatedCredentialMissing(Trust trust, Report report) {
        if (trust.isRefused()
                && trust.ofOtherIssuer().isEmpty()
                && trust.ofNearSubject().isEmpty()) {
            report.add(
                    trust.place(),
                    "identity " + trust.identity().name() + " has no federated credential for " + trust.subject()
                            + (trust.credentials().isEmpty() ? "; it has none at all" : ""),
                    "Run: " + trust.command("create", trust.subject().replaceFirst(".*:(.*):(.*)", "$1-$2")));
        }
    }

    /** Needs az identity list and federated-credential list. Entra ID says AADSTS700213. */
    private void federatedCredentialSubject(Trust trust, Report report) {
        trust.ofNearSubject()
                .ifPresent(credential -> trust.add(
                        report,
                        credential,
                        "subject " + credential.subject() + ", and the token's is " + trust.subject()
                                + (credential.subject().contains("*") ? "; wildcards do not exist" : "")));
    }

    /**
     * Whether the identity of a service account accepts its token.
     *
     * @param place what a finding names
     * @param issuer of the cluster, empty if it is not known
     * @param subject of the token
     * @param match what Entra ID says; of another issuer, too, it is {@code OTHER_SUBJECT}
     */
    private record Trust(
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
                    issuer.isEmpty()
                            ? credentials.stream().map(Credential::issuer).toList()
                            : List.of(issuer));
            return issuers.stream()
                    .map(one -> entra.match(clientId, one, subject, List.of(AUDIENCE)))
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

        /** Reports what a credential has that it must not have. */
        void add(Report report, Credential credential, String what) {
            String message = "federated credential " + credential.name() + " has the " + what;
            report.add(place, message, "Run: " + command("update", credential.name()));
        }

        /** The command that sets a credential right, or creates it. */
        String command(String verb, String name) {
            return "az identity federated-credential " + verb + " -g " + identity.resourceGroup() + " --identity-name "
                    + identity.name() + " --name " + name + " --issuer "
                    + (issuer.isEmpty()
                            ? "\"$(az aks show -g GROUP -n CLUSTER --query oidcIssuerProfile.issuerUrl -o tsv)\""
                            : issuer)
                    + " --subject " + subject + " --audiences " + AUDIENCE;
        }
    }
}
