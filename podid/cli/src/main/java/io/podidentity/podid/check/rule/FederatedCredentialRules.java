// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.check.rule;

import static io.podidentity.emulator.workload.WebhookSettings.AUDIENCE;

import io.podidentity.emulator.cluster.ServiceAccount;
import io.podidentity.emulator.directory.FederatedCredentials;
import io.podidentity.emulator.workload.Keys;
import io.podidentity.podid.check.azure.AzureFacts.AksCluster;
import io.podidentity.podid.check.azure.AzureFacts.CloudIdentity;
import io.podidentity.podid.check.azure.AzureFacts.CloudIdentity.Credential;
import io.podidentity.podid.check.source.FieldLocation;
import io.podidentity.podid.text.ClosestMatch;
import io.podidentity.podid.text.ShellWord;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Whether identities trust service accounts, by what az printed of their federated credentials. */
final class FederatedCredentialRules extends RuleFamily {

    private final Report federatedCredentialAudience = error(
                    "C16", "federated-credential-audience", "azure-workload-identity#340")
            .says("The identity expects another audience than the token has")
            .remedy("Write the audience api://AzureADTokenExchange");
    private final Report federatedCredentialIssuer = error(
                    "C16", "federated-credential-issuer", "azure-workload-identity#340", "AKS#3897")
            .says("The identity trusts another issuer than the cluster's")
            .remedy("Write the issuer exactly as az aks show prints it, with its trailing slash");
    private final Report federatedCredentialLimit = warning(
                    "C16", "federated-credential-limit", "azure-workload-identity#1126")
            .says("The identity has as many federated credentials as are allowed")
            .remedy("Remove those of clusters that are gone, use a second identity, or an AKS identity" + " binding");
    private final Report federatedCredentialMissing = error(
                    "C16", "federated-credential-missing", "azure-workload-identity#340", "azure-workload-identity#977")
            .says("The identity does not trust the service account")
            .remedy("Create a federated credential for the cluster's issuer and the service account");
    private final Report federatedCredentialSubject = error(
                    "C16",
                    "federated-credential-subject",
                    "azure-workload-identity#977",
                    "azure-workload-identity#1126")
            .says("The identity trusts another subject than the service account")
            .remedy("Write system:serviceaccount:NAMESPACE:NAME, in the same letter case and without" + " wildcards");

    FederatedCredentialRules(RuleContext context) {
        super(context);
    }

    @Override
    protected void check() {
        for (Trust trust : Trust.findAll(context)) {
            federatedCredentialAudience(trust);
            federatedCredentialIssuer(trust);
            federatedCredentialLimit(trust);
            federatedCredentialMissing(trust);
            federatedCredentialSubject(trust);
        }
    }

    /** Needs az identity list and federated-credential list. Entra ID says AADSTS700212. */
    private void federatedCredentialAudience(Trust trust) {
        Optional<Credential> wrong =
                trust.findOwn().filter(credential -> !credential.audiences().contains(AUDIENCE));
        if (wrong.isPresent()) {
            String audiences = String.join(", ", wrong.get().audiences());
            String difference = "audience " + audiences + ", and the token's is " + AUDIENCE;
            trust.reportDifference(federatedCredentialAudience, wrong.get(), difference);
        }
    }

    /** Needs az aks show, too. Entra ID compares byte by byte: AADSTS700211. */
    private void federatedCredentialIssuer(Trust trust) {
        Optional<Credential> wrong = trust.findOfOtherIssuer();
        if (wrong.isEmpty()) {
            return;
        }
        String issuer = wrong.get().issuer();
        String difference = "issuer " + issuer + ", and the cluster's is " + trust.issuer();
        if (withoutSlash(issuer).equalsIgnoreCase(withoutSlash(trust.issuer()))) {
            difference += "; only the slash at the end or the letter case differs";
        }
        trust.reportDifference(federatedCredentialIssuer, wrong.get(), difference);
    }

    private static String withoutSlash(String issuer) {
        return issuer.replaceFirst("/+$", "");
    }

    /** Needs az identity list and federated-credential list. The limit is 20. */
    private void federatedCredentialLimit(Trust trust) {
        if (trust.credentials().size() >= FederatedCredentials.LIMIT) {
            federatedCredentialLimit.add(
                    trust.place(),
                    "identity " + trust.identity().name() + " has "
                            + trust.credentials().size() + " federated credentials, and no more can be added");
        }
    }

    /** Needs az identity list and federated-credential list. Entra ID says AADSTS70021 or 700213. */
    private void federatedCredentialMissing(Trust trust) {
        Optional<Credential> any = trust.findOwn().or(trust::findOfOtherIssuer).or(trust::findOfNearSubject);
        if (any.isEmpty()) {
            String none = trust.credentials().isEmpty() ? "; it has none at all" : "";
            federatedCredentialMissing.add(
                    trust.place(),
                    "identity " + trust.identity().name() + " has no federated credential for " + trust.subject()
                            + none,
                    "Run: " + trust.writeCommand("create", trust.subject().replaceFirst(".*:(.*):(.*)", "$1-$2")));
        }
    }

    /** Needs az identity list and federated-credential list. Entra ID says AADSTS700213. */
    private void federatedCredentialSubject(Trust trust) {
        Optional<Credential> wrong = trust.findOfNearSubject();
        if (wrong.isEmpty()) {
            return;
        }
        String subject = wrong.get().subject();
        String difference = "subject " + subject + ", and the token's is " + trust.subject();
        if (subject.contains("*")) {
            difference += "; wildcards do not exist";
        }
        trust.reportDifference(federatedCredentialSubject, wrong.get(), difference);
    }

    /**
     * Whether the identity of a service account accepts its token.
     *
     * @param place the annotation with the client ID
     * @param issuer of the cluster, empty if it is not known
     * @param subject of the token
     */
    private record Trust(
            FieldLocation place, CloudIdentity identity, List<Credential> credentials, String issuer, String subject) {

        /** The trust in all annotated service accounts whose identity and its credentials are known. */
        static List<Trust> findAll(RuleContext context) {
            var all = new ArrayList<Trust>();
            for (ServiceAccount account : context.cluster().all(ServiceAccount.class)) {
                String clientId = account.metadata().annotations().getOrDefault(Keys.CLIENT_ID, "");
                Optional<CloudIdentity> identity = context.azure().findIdentity(clientId);
                Optional<List<Credential>> credentials = identity.flatMap(CloudIdentity::credentials);
                if (credentials.isPresent()) {
                    all.add(new Trust(
                            context.location(account).at("metadata", "annotations", Keys.CLIENT_ID),
                            identity.get(),
                            credentials.get(),
                            context.azure().cluster().map(AksCluster::issuer).orElse(""),
                            "system:serviceaccount:" + account.namespace() + ":"
                                    + account.name().name()));
                }
            }
            return all;
        }

        /** The credential that Entra ID takes, byte by byte; of whatever issuer, if the cluster's is not known. */
        Optional<Credential> findOwn() {
            return credentials.stream()
                    .filter(this::isOfIssuer)
                    .filter(credential -> credential.subject().equals(subject))
                    .findFirst();
        }

        private boolean isOfIssuer(Credential credential) {
            return issuer.isEmpty() || credential.issuer().equals(issuer);
        }

        /** The credential of this subject, but of another issuer. */
        Optional<Credential> findOfOtherIssuer() {
            if (findOwn().isPresent() || issuer.isEmpty()) {
                return Optional.empty();
            }
            return credentials.stream()
                    .filter(credential -> credential.subject().equals(subject))
                    .findFirst();
        }

        /** The credential of this issuer whose subject is nearly this one. */
        Optional<Credential> findOfNearSubject() {
            if (findOwn().or(this::findOfOtherIssuer).isPresent()) {
                return Optional.empty();
            }
            return credentials.stream()
                    .filter(this::isOfIssuer)
                    .filter(credential -> isNear(credential.subject()))
                    .findFirst();
        }

        /** Whether it has a typo, is of the account in another namespace, or has what passes for a wildcard. */
        private boolean isNear(String other) {
            String account = subject.substring(subject.lastIndexOf(':'));
            return ClosestMatch.isNear(other, subject) || other.endsWith(account) || other.contains("*");
        }

        void reportDifference(Report report, Credential credential, String difference) {
            String message = "federated credential " + credential.name() + " has the " + difference;
            report.add(place, message, "Run: " + writeCommand("update", credential.name()));
        }

        String writeCommand(String verb, String name) {
            String quotedIssuer = issuer.isEmpty()
                    ? "\"$(az aks show -g GROUP -n CLUSTER --query oidcIssuerProfile.issuerUrl -o tsv)\""
                    : ShellWord.quoted(issuer);
            return "az identity federated-credential " + verb + " -g " + ShellWord.quoted(identity.resourceGroup())
                    + " --identity-name " + ShellWord.quoted(identity.name()) + " --name " + ShellWord.quoted(name)
                    + " --issuer " + quotedIssuer + " --subject " + ShellWord.quoted(subject) + " --audiences "
                    + AUDIENCE;
        }
    }
}
