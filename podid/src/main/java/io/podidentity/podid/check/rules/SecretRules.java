package io.podidentity.podid.check.rules;

import io.podidentity.emulator.adal.ApplicationSettings;
import io.podidentity.emulator.cluster.AzureIdentity;
import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.emulator.cluster.Secret;
import io.podidentity.emulator.cluster.SecretReference;
import io.podidentity.podid.check.rule.About;
import io.podidentity.podid.check.rule.Report;
import io.podidentity.podid.check.rule.RuleContext;
import io.podidentity.podid.check.rule.RuleFamily;
import io.podidentity.podid.check.rule.Severity;
import io.podidentity.podid.check.rule.Value;
import io.podidentity.podid.check.source.FieldLocation;
import io.podidentity.podid.text.ClosestMatch;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** The secret of a service principal. */
final class SecretRules extends RuleFamily {

    SecretRules() {
        super(
                About.error("C7", "certificate-unreadable")
                        .says("NMI cannot read the certificate of a service principal")
                        .remedy("Make the PFX with openssl pkcs12 -export -legacy, without a chain, of an RSA key"),
                About.error("C7", "secret-keys")
                        .says("The secret of a service principal has other keys than NMI reads")
                        .remedy("Type 1 needs exactly one key, of any name; type 2 needs certificate and password")
                        .prevents("aad-pod-identity#184", "aad-pod-identity#646"),
                About.error("C8", "secret-not-found")
                        .says("The secret of a service principal has another name or is in another namespace")
                        .remedy("Name the secret, and the namespace in which it is")
                        .prevents("aad-pod-identity#646"),
                About.error("C8", "secret-reference-incomplete")
                        .says("The reference to a secret lacks its name or its namespace")
                        .remedy("Write both; no namespace is assumed")
                        .prevents("aad-pod-identity#646", "aad-pod-identity#184"),
                About.error("C8", "secret-value")
                        .says("The value of a client secret is empty or ends in white space")
                        .remedy("Create the secret from a file without a line break at its end, such as printf %s"
                                + " writes")
                        .prevents("aad-pod-identity#60"));
    }

    @Override
    protected void check(RuleContext context, Reports reports) {
        certificateUnreadable(context, reports.of("certificate-unreadable"));
        secretKeys(context, reports.of("secret-keys"));
        secretNotFound(context, reports.of("secret-not-found"));
        secretReferenceIncomplete(context, reports.of("secret-reference-incomplete"));
        secretValue(context, reports.of("secret-value"));
    }

    /** NMI reads PKCS#12 by an old library of Go's, which knows none of the algorithms of OpenSSL 3's default. */
    private static void certificateUnreadable(RuleContext context, Report report) {
        for (AzureIdentity identity : context.identities()) {
            if (identity.type() == AzureIdentity.SERVICE_PRINCIPAL_CERTIFICATE) {
                secretOf(context, identity)
                        .filter(secret -> secret.value("certificate").isPresent())
                        .ifPresent(secret -> checkCertificateUnreadable(context, report, secret));
            }
        }
    }

    private static void checkCertificateUnreadable(RuleContext context, Report report, Secret secret) {
        byte[] file = secret.value("certificate").orElse(new byte[0]);
        String password = new String(secret.value("password").orElse(new byte[0]), StandardCharsets.UTF_8);
        ApplicationSettings.problemOfCertificate(file, password)
                .ifPresent(problem -> report.add(
                        field(context, secret, "certificate"),
                        "NMI cannot read this PFX: " + problem,
                        ApplicationSettings.remedyOfCertificate(problem).orElse(report.remedy())));
    }

    /** Of several keys NMI takes the first of a Go map: any. */
    private static void secretKeys(RuleContext context, Report report) {
        for (AzureIdentity identity : context.identities()) {
            secretOf(context, identity).ifPresent(secret -> checkSecretKeys(context, report, identity, secret));
        }
    }

    private static boolean opens(Secret secret, String password) {
        return ApplicationSettings.problemOfCertificate(
                        secret.value("certificate").orElse(new byte[0]), password)
                .isEmpty();
    }

    private static void checkSecretKeys(RuleContext context, Report report, AzureIdentity identity, Secret secret) {
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

    /** Secrets are often made by hand, so one that is not in the files at all is no error. */
    private static void secretNotFound(RuleContext context, Report report) {
        for (AzureIdentity identity : context.identities()) {
            String name = identity.clientPassword().name();
            String namespace = identity.clientPassword().namespace();
            if (!identity.isManagedIdentity()
                    && Value.isFinal(name)
                    && Value.isFinal(namespace)
                    && !context.isWritten("Secret", new ObjectName(namespace, name))) {
                checkSecretNotFound(context, report, identity, name, namespace);
            }
        }
    }

    private static void checkSecretNotFound(
            RuleContext context, Report report, AzureIdentity identity, String name, String namespace) {
        FieldLocation reference = context.field(identity, "clientPassword");
        List<ObjectName> secrets =
                context.cluster().all(Secret.class).stream().map(Secret::name).toList();
        List<String> elsewhere = secrets.stream()
                .filter(secret -> secret.name().equals(name))
                .map(ObjectName::namespace)
                .toList();
        Optional<String> near = ClosestMatch.of(
                name,
                secrets.stream()
                        .filter(secret -> secret.namespace().equals(namespace))
                        .map(ObjectName::name)
                        .toList());
        if (!elsewhere.isEmpty()) {
            report.add(
                    reference.like("namespace"),
                    "the secret " + name + " is not in " + namespace + " but in " + String.join(", ", elsewhere),
                    "Write: namespace: " + elsewhere.get(0));
        } else if (near.isPresent()) {
            report.add(
                    reference.like("name"),
                    "there is no secret " + name + " in " + namespace,
                    "Did you mean name: " + near.get() + "?");
        } else {
            boolean othersAreThere =
                    secrets.stream().anyMatch(secret -> secret.namespace().equals(namespace));
            report.add(
                    othersAreThere ? Severity.WARNING : Severity.INFO,
                    reference.like("name"),
                    "the secret " + namespace + "/" + name + " is not in these files",
                    "Create it before the pods: kubectl create secret generic " + name + " -n " + namespace
                            + " --from-file=password=FILE, where FILE does not end in a line break.");
        }
    }

    /** NMI asks the API server for a secret of an empty name, or in an empty namespace. */
    private static void secretReferenceIncomplete(RuleContext context, Report report) {
        for (AzureIdentity identity : context.identities()) {
            FieldLocation reference = context.field(identity, "clientPassword");
            if (identity.isManagedIdentity() || !reference.exists()) {
                continue;
            }
            checkSecretReferenceIncomplete(
                    report, reference, "name", identity.clientPassword().name(), "NAME");
            checkSecretReferenceIncomplete(
                    report, reference, "namespace", identity.clientPassword().namespace(), identity.namespace());
        }
    }

    private static void checkSecretReferenceIncomplete(
            Report report, FieldLocation reference, String field, String value, String example) {
        // A name in the wrong letter case is another rule's.
        if (value.isEmpty()
                && (reference.at(field).exists() || !reference.like(field).exists())) {
            report.add(reference, reference.key() + " has no " + field, "Add: " + field + ": " + example);
        }
    }

    /** NMI sends the bytes as they are, and Entra ID refuses them. */
    private static void secretValue(RuleContext context, Report report) {
        for (AzureIdentity identity : context.identities()) {
            secretOf(context, identity).ifPresent(secret -> {
                for (String key : secret.keys()) {
                    // Whether a password opens its certificate is another rule's.
                    if (identity.type() == AzureIdentity.SERVICE_PRINCIPAL) {
                        checkSecretValue(context, report, secret, key);
                    }
                }
            });
        }
    }

    private static void checkSecretValue(RuleContext context, Report report, Secret secret, String key) {
        String value = new String(secret.value(key).orElseThrow(), StandardCharsets.UTF_8);
        FieldLocation field = field(context, secret, key);
        if (value.isEmpty()) {
            report.add(field, "the value of " + key + " is empty", "Write the client secret.");
        } else if (!value.equals(value.strip())) {
            report.add(
                    field,
                    "the value of " + key + " begins or ends with white space"
                            + (value.endsWith("\n") ? ", a line break" : ""));
        }
    }

    /** The secret that an identity refers to. */
    private static Optional<Secret> secretOf(RuleContext context, AzureIdentity identity) {
        SecretReference reference = identity.clientPassword();
        return identity.isManagedIdentity()
                ? Optional.empty()
                : context.cluster().secret(new ObjectName(reference.namespace(), reference.name()));
    }

    private static FieldLocation field(RuleContext context, Secret secret, String key) {
        FieldLocation plain = context.location(secret).at("stringData", key);
        return plain.exists() ? plain : context.location(secret).at("data", key);
    }
}
