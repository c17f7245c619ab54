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
        for (Trust trust : Trust.all(context)) {
            federatedCredentialAudience(trust);
            federatedCredentialIssuer(trust);
            federatedCredentialLimit(trust);
            federatedCredentialMissing(trust);
            federatedCredentialSubject(trust);
        }
    }

    /** Needs az identity list and federated-credential list. Entra ID says AADSTS700212. */
    private void federatedCredentialAudience(Trust trust) {
        trust.own()
                .filter(credential -> !credential.audiences().contains(AUDIENCE))
                .ifPresent(credential -> {
                    String audiences = String.join(", ", credential.audiences());
                    trust.add(
                            federatedCredentialAudience,
                            credential,
                            "audience " + audiences + ", and the token's is " + AUDIENCE);
                });
    }

    /** Needs az aks show, too. Entra ID compares byte by byte: AADSTS700211. */
    private void federatedCredentialIssuer(Trust trust) {
        trust.ofOtherIssuer().ifPresent(credential -> {
            boolean isNear = bare(credential.issuer()).equalsIgnoreCase(bare(trust.issuer()));
            String issuers = "issuer " + credential.issuer() + ", and the cluster's is " + trust.issuer();
            String hint = "; only the slash at the end or the letter case differs";
            trust.add(federatedCredentialIssuer, credential, issuers + (isNear ? hint : ""));
        });
    }

    private static String bare(String issuer) {
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
        if (trust.own().isEmpty()
                && trust.ofOtherIssuer().isEmpty()
                && trust.ofNearSubject().isEmpty()) {
            federatedCredentialMissing.add(
                    trust.place(),
                    "identity " + trust.identity().name() + " has no federated credential for " + trust.subject()
                            + (trust.credentials().isEmpty() ? "; it has none at all" : ""),
                    "Run: " + trust.command("create", trust.subject().replaceFirst(".*:(.*):(.*)", "$1-$2")));
        }
    }

    /** Needs az identity list and federated-credential list. Entra ID says AADSTS700213. */
    private void federatedCredentialSubject(Trust trust) {
        trust.ofNearSubject()
                .ifPresent(credential -> trust.add(
                        federatedCredentialSubject,
                        credential,
                        "subject " + credential.subject() + ", and the token's is " + trust.subject()
                                + (credential.subject().contains("*") ? "; wildcards do not exist" : "")));
    }

    /**
     * Whether the identity of a service account accepts its token.
     *
     * @param issuer of the cluster, empty if it is not known
     */
    private record Trust(
            FieldLocation place, CloudIdentity identity, List<Credential> credentials, String issuer, String subject) {

        /** Of all annotated service accounts whose identity and its credentials are known. */
        static List<Trust> all(RuleContext context) {
            var all = new ArrayList<Trust>();
            String issuer = context.azure().cluster().map(AksCluster::issuer).orElse("");
            for (ServiceAccount account : context.cluster().all(ServiceAccount.class)) {
                String clientId = account.metadata().annotations().getOrDefault(Keys.CLIENT_ID, "");
                Optional<CloudIdentity> identity = context.azure().findIdentity(clientId);
                if (identity.isPresent() && identity.get().credentials().isPresent()) {
                    List<Credential> credentials = identity.get().credentials().get();
                    String subject = "system:serviceaccount:" + account.namespace() + ":"
                            + account.name().name();
                    all.add(new Trust(
                            context.location(account).at("metadata", "annotations", Keys.CLIENT_ID),
                            identity.get(),
                            credentials,
                            issuer,
                            subject));
                }
            }
            return all;
        }

        /** The one that Entra ID takes, byte by byte; of whatever issuer, if the cluster's is not known. */
        Optional<Credential> own() {
            return credentials.stream()
                    .filter(one -> issuer.isEmpty() || one.issuer().equals(issuer))
                    .filter(one -> one.subject().equals(subject))
                    .findFirst();
        }

        /** The one of this subject, but of another issuer. */
        Optional<Credential> ofOtherIssuer() {
            return own().isEmpty() && !issuer.isEmpty()
                    ? credentials.stream()
                            .filter(one -> one.subject().equals(subject))
                            .findFirst()
                    : Optional.empty();
        }

        /** The one of this issuer whose subject is nearly this one. */
        Optional<Credential> ofNearSubject() {
            String account = subject.substring(subject.lastIndexOf(':'));
            return own().isEmpty() && ofOtherIssuer().isEmpty()
                    ? credentials.stream()
                            .filter(one -> issuer.isEmpty() || one.issuer().equals(issuer))
                            .filter(one -> ClosestMatch.isNear(one.subject(), subject)
                                    || one.subject().endsWith(account)
                                    || one.subject().contains("*"))
                            .findFirst()
                    : Optional.empty();
        }

        void add(Report report, Credential credential, String what) {
            String message = "federated credential " + credential.name() + " has the " + what;
            report.add(place, message, "Run: " + command("update", credential.name()));
        }

        String command(String verb, String name) {
            return "az identity federated-credential " + verb + " -g " + ShellWord.quoted(identity.resourceGroup())
                    + " --identity-name " + ShellWord.quoted(identity.name()) + " --name " + ShellWord.quoted(name)
                    + " --issuer "
                    + (issuer.isEmpty()
                            ? "\"$(az aks show -g GROUP -n CLUSTER --query oidcIssuerProfile.issuerUrl -o tsv)\""
                            : ShellWord.quoted(issuer))
                    + " --subject " + ShellWord.quoted(subject) + " --audiences " + AUDIENCE;
        }
    }
}
