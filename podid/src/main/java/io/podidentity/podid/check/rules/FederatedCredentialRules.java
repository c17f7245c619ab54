package io.podidentity.podid.check.rules;

import io.podidentity.emulator.directory.FederatedCredentials;
import io.podidentity.emulator.directory.FederatedCredentials.Match;
import io.podidentity.emulator.workload.WebhookSettings;
import io.podidentity.podid.check.azure.CloudIdentity.Credential;
import io.podidentity.podid.check.rule.About;
import io.podidentity.podid.check.rule.Report;
import io.podidentity.podid.check.rule.RuleContext;
import io.podidentity.podid.check.rule.RuleFamily;
import java.util.List;

/** Whether identities trust service accounts, by what az printed of their federated credentials. */
final class FederatedCredentialRules implements RuleFamily {

    @Override
    public List<About> rules() {
        return List.of(
                About.error("C16", "federated-credential-audience")
                        .says("The identity expects another audience than the token has")
                        .remedy("Write the audience api://AzureADTokenExchange")
                        .prevents("azure-workload-identity#340"),
                About.error("C16", "federated-credential-issuer")
                        .says("The identity trusts another issuer than the cluster's")
                        .remedy("Write the issuer exactly as az aks show prints it, with its trailing slash")
                        .prevents("azure-workload-identity#340", "AKS#3897"),
                About.warning("C16", "federated-credential-limit")
                        .says("The identity has as many federated credentials as are allowed")
                        .remedy("Remove those of clusters that are gone, use a second identity, or an AKS"
                                + " identity binding")
                        .prevents("azure-workload-identity#1126"),
                About.error("C16", "federated-credential-missing")
                        .says("The identity does not trust the service account")
                        .remedy("Create a federated credential for the cluster's issuer and the service account")
                        .prevents("azure-workload-identity#340", "azure-workload-identity#977"),
                About.error("C16", "federated-credential-subject")
                        .says("The identity trusts another subject than the service account")
                        .remedy("Write system:serviceaccount:NAMESPACE:NAME, in the same letter case and without"
                                + " wildcards")
                        .prevents("azure-workload-identity#977", "azure-workload-identity#1126"));
    }

    @Override
    public void check(String rule, RuleContext context, Report report) {
        switch (rule) {
            case "federated-credential-audience" -> federatedCredentialAudience(context, report);
            case "federated-credential-issuer" -> federatedCredentialIssuer(context, report);
            case "federated-credential-limit" -> federatedCredentialLimit(context, report);
            case "federated-credential-missing" -> federatedCredentialMissing(context, report);
            case "federated-credential-subject" -> federatedCredentialSubject(context, report);
            default -> throw new IllegalArgumentException(rule);
        }
    }

    /** Needs az identity list and federated-credential list. Entra ID says AADSTS700212. */
    private static void federatedCredentialAudience(RuleContext context, Report report) {
        for (Trust trust : Trust.all(context)) {
            if (trust.match() == Match.OTHER_AUDIENCE) {
                Credential credential = trust.credentials().stream()
                        .filter(one -> one.subject().equals(trust.subject()))
                        .findFirst()
                        .orElseThrow();
                report.add(
                        trust.place(),
                        "federated credential " + credential.name() + " has the audience "
                                + String.join(", ", credential.audiences()) + ", and the token's is "
                                + WebhookSettings.AUDIENCE,
                        "Run: " + trust.command("update", credential.name()));
            }
        }
    }

    /** Needs az aks show, too. Entra ID compares byte by byte: AADSTS700211. */
    private static void federatedCredentialIssuer(RuleContext context, Report report) {
        for (Trust trust : Trust.all(context)) {
            trust.ofOtherIssuer()
                    .ifPresent(credential -> report.add(
                            trust.place(),
                            "federated credential " + credential.name() + " has the issuer " + credential.issuer()
                                    + ", and the cluster's is " + trust.issuer()
                                    + (credential
                                                    .issuer()
                                                    .replaceFirst("/+$", "")
                                                    .equalsIgnoreCase(
                                                            trust.issuer().replaceFirst("/+$", ""))
                                            ? "; only the slash at the end or the letter case differs"
                                            : ""),
                            "Run: " + trust.command("update", credential.name())));
        }
    }

    /** Needs az identity list and federated-credential list. The limit is 20. */
    private static void federatedCredentialLimit(RuleContext context, Report report) {
        for (Trust trust : Trust.all(context)) {
            if (trust.credentials().size() >= FederatedCredentials.LIMIT) {
                report.add(
                        trust.place(),
                        "identity " + trust.identity().name() + " has "
                                + trust.credentials().size() + " federated credentials, and no more can be added");
            }
        }
    }

    /** Needs az identity list and federated-credential list. Entra ID says AADSTS70021 or 700213. */
    private static void federatedCredentialMissing(RuleContext context, Report report) {
        for (Trust trust : Trust.all(context)) {
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
    }

    /** Needs az identity list and federated-credential list. Entra ID says AADSTS700213. */
    private static void federatedCredentialSubject(RuleContext context, Report report) {
        for (Trust trust : Trust.all(context)) {
            trust.ofNearSubject()
                    .ifPresent(credential -> report.add(
                            trust.place(),
                            "federated credential " + credential.name() + " has the subject " + credential.subject()
                                    + ", and the token's is " + trust.subject()
                                    + (credential.subject().contains("*") ? "; wildcards do not exist" : ""),
                            "Run: " + trust.command("update", credential.name())));
        }
    }
}
