package io.podidentity.podid.check.rules.identity;

import io.podidentity.emulator.adal.ApplicationSettings;
import io.podidentity.emulator.cluster.AzureIdentity;
import io.podidentity.emulator.cluster.Secret;
import io.podidentity.podid.check.rule.About;
import io.podidentity.podid.check.rule.Report;
import io.podidentity.podid.check.rule.Rule;
import io.podidentity.podid.check.rule.RuleContext;
import io.podidentity.podid.check.source.FieldLocation;
import java.nio.charset.StandardCharsets;

/** NMI reads PKCS#12 by an old library of Go's, which knows none of the algorithms that OpenSSL 3 uses by default. */
public final class CertificateUnreadable implements Rule {

    @Override
    public About about() {
        return About.error(
                "C7",
                "certificate-unreadable",
                "NMI cannot read the certificate of a service principal",
                "Make the PFX with openssl pkcs12 -export -legacy, without a chain, of an RSA key");
    }

    @Override
    public void check(RuleContext context, Report report) {
        for (AzureIdentity identity : context.cluster().identities()) {
            if (identity.type() == AzureIdentity.SERVICE_PRINCIPAL_CERTIFICATE) {
                SecretOfIdentity.find(context, identity)
                        .filter(secret -> secret.value("certificate").isPresent())
                        .ifPresent(secret -> check(context, report, secret));
            }
        }
    }

    private void check(RuleContext context, Report report, Secret secret) {
        FieldLocation location = context.location(secret);
        FieldLocation field = location.at("stringData", "certificate").exists()
                ? location.at("stringData", "certificate")
                : location.at("data", "certificate");
        byte[] file = secret.value("certificate").orElse(new byte[0]);
        String password = new String(secret.value("password").orElse(new byte[0]), StandardCharsets.UTF_8);
        ApplicationSettings.problemOfCertificate(file, password)
                .ifPresent(problem -> report.add(
                        field,
                        "NMI cannot read this PFX: " + problem,
                        ApplicationSettings.remedyOfCertificate(problem).orElse(about().remedy() + ".")));
    }
}
