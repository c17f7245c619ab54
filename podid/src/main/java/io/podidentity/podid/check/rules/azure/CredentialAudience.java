package io.podidentity.podid.check.rules.azure;

import io.podidentity.emulator.directory.FederatedCredentials.Match;
import io.podidentity.emulator.workload.WebhookSettings;
import io.podidentity.podid.check.azure.CloudIdentity.Credential;
import io.podidentity.podid.check.rule.About;
import io.podidentity.podid.check.rule.Report;
import io.podidentity.podid.check.rule.Rule;
import io.podidentity.podid.check.rule.RuleContext;

/** Needs az identity list and federated-credential list. Entra ID says AADSTS700212. */
public final class CredentialAudience implements Rule {

    @Override
    public About about() {
        return About.error(
                "C16",
                "federated-credential-audience",
                "The identity expects another audience than the token has",
                "Write the audience api://AzureADTokenExchange",
                "Azure/azure-workload-identity#340");
    }

    @Override
    public void check(RuleContext context, Report report) {
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
}
