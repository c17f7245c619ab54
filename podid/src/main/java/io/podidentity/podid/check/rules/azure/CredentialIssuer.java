package io.podidentity.podid.check.rules.azure;

import io.podidentity.podid.check.rule.About;
import io.podidentity.podid.check.rule.Report;
import io.podidentity.podid.check.rule.Rule;
import io.podidentity.podid.check.rule.RuleContext;

/** Needs az aks show, too. Entra ID compares byte by byte: AADSTS700211. */
public final class CredentialIssuer implements Rule {

    @Override
    public About about() {
        return About.error(
                "C16",
                "federated-credential-issuer",
                "The identity trusts another issuer than the cluster's",
                "Write the issuer exactly as az aks show prints it, with its trailing slash",
                "Azure/azure-workload-identity#340",
                "Azure/AKS#3897");
    }

    @Override
    public void check(RuleContext context, Report report) {
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
}
