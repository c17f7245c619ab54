package io.podidentity.podid.check.rules.identity;

import io.podidentity.emulator.adal.ApplicationSettings;
import io.podidentity.emulator.cluster.AzureIdentity;
import io.podidentity.emulator.cluster.Secret;
import io.podidentity.podid.check.rule.About;
import io.podidentity.podid.check.rule.ClosestMatch;
import io.podidentity.podid.check.rule.Report;
import io.podidentity.podid.check.rule.Rule;
import io.podidentity.podid.check.rule.RuleContext;
import io.podidentity.podid.check.source.FieldLocation;
import java.util.List;

/** Of several keys NMI takes the first of a Go map: any. */
public final class SecretKeys implements Rule {

    @Override
    public About about() {
        return About.error(
                "C7",
                "secret-keys",
                "The secret of a service principal has other keys than NMI reads",
                "Type 1 needs exactly one key, of any name; type 2 needs certificate and password",
                "Azure/aad-pod-identity#184",
                "Azure/aad-pod-identity#646");
    }

    @Override
    public void check(RuleContext context, Report report) {
        for (AzureIdentity identity : context.cluster().identities()) {
            SecretOfIdentity.find(context, identity).ifPresent(secret -> check(context, report, identity, secret));
        }
    }

    private static boolean opens(Secret secret, String password) {
        return ApplicationSettings.problemOfCertificate(
                        secret.value("certificate").orElse(new byte[0]), password)
                .isEmpty();
    }

    private static void check(RuleContext context, Report report, AzureIdentity identity, Secret secret) {
        FieldLocation location = context.location(secret);
        FieldLocation data = location.at("data").exists() ? location.at("data") : location.at("stringData");
        if (identity.type() == AzureIdentity.SERVICE_PRINCIPAL && secret.keys().size() != 1) {
            report.add(
                    data,
                    "identity " + identity.name() + " needs one key in this secret, and it has "
                            + secret.keys().size()
                            + (secret.keys().isEmpty() ? "" : ": " + String.join(", ", secret.keys())),
                    secret.keys().isEmpty()
                            ? "Add the client secret under any key."
                            : "Keep the key of the client secret only: NMI takes any of them.");
        }
        if (identity.type() == AzureIdentity.SERVICE_PRINCIPAL_CERTIFICATE) {
            // Without a password NMI takes an empty one, which is right for some files.
            for (String key : List.of("certificate", "password")) {
                if (!secret.keys().contains(key) && (key.equals("certificate") || !opens(secret, ""))) {
                    report.add(
                            data,
                            "identity " + identity.name() + " needs the key " + key + " in this secret",
                            ClosestMatch.of(key, secret.keys())
                                    .map(found -> "Rename the key " + found + " to " + key + ".")
                                    .orElse("Add it: certificate is PKCS#12 with an RSA key, password opens it."));
                }
            }
        }
    }
}
