package io.podidentity.podid.check.rules.identity;

import io.podidentity.emulator.cluster.AzureIdentity;
import io.podidentity.emulator.cluster.Secret;
import io.podidentity.podid.check.rule.About;
import io.podidentity.podid.check.rule.Report;
import io.podidentity.podid.check.rule.Rule;
import io.podidentity.podid.check.rule.RuleContext;
import io.podidentity.podid.check.source.FieldLocation;
import java.nio.charset.StandardCharsets;

/** NMI sends the bytes as they are, and Entra ID refuses them. */
public final class SecretValue implements Rule {

    @Override
    public About about() {
        return About.error(
                "C8",
                "secret-value",
                "The value of a client secret is empty or ends in white space",
                "Create the secret from a file without a line break at its end, such as printf %s writes",
                "Azure/aad-pod-identity#60");
    }

    @Override
    public void check(RuleContext context, Report report) {
        for (AzureIdentity identity : context.cluster().identities()) {
            SecretOfIdentity.find(context, identity).ifPresent(secret -> {
                for (String key : secret.keys()) {
                    // Whether a password opens its certificate is another rule's.
                    if (identity.type() == AzureIdentity.SERVICE_PRINCIPAL) {
                        check(context, report, secret, key);
                    }
                }
            });
        }
    }

    private void check(RuleContext context, Report report, Secret secret, String key) {
        String value = new String(secret.value(key).orElseThrow(), StandardCharsets.UTF_8);
        FieldLocation location = context.location(secret);
        FieldLocation field =
                location.at("stringData", key).exists() ? location.at("stringData", key) : location.at("data", key);
        if (value.isEmpty()) {
            report.add(field, "the value of " + key + " is empty", "Write the client secret.");
        } else if (!value.equals(value.strip())) {
            report.add(
                    field,
                    "the value of " + key + " begins or ends with white space"
                            + (value.endsWith("\n") ? ", a line break" : ""),
                    about().remedy() + ".");
        }
    }
}
