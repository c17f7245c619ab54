// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.check.rule;

import io.podidentity.emulator.adal.ApplicationSettings;
import io.podidentity.emulator.cluster.AzureIdentity;
import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.emulator.cluster.Secret;
import io.podidentity.emulator.cluster.SecretReference;
import io.podidentity.podid.check.source.FieldLocation;
import io.podidentity.podid.check.source.Value;
import io.podidentity.podid.text.ClosestMatch;
import io.podidentity.podid.text.ShellWord;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** The secret of a service principal. */
final class SecretRules extends RuleFamily {

    private final Report certificateUnreadable = error("C7", "certificate-unreadable")
            .says("NMI cannot read the certificate of a service principal")
            .remedy("Make the PFX with openssl pkcs12 -export -legacy, without a chain, of an RSA key")
            .explains(Symptom.REFUSED_BY_AZURE);
    private final Report secretKeys = error("C7", "secret-keys", "aad-pod-identity#184", "aad-pod-identity#646")
            .says("The secret of a service principal has other keys than NMI reads")
            .remedy("Type 1 needs exactly one key, of any name; type 2 needs certificate and password")
            .explains(Symptom.REFUSED_BY_AZURE);
    private final Report secretNotFound = error("C8", "secret-not-found", "aad-pod-identity#646")
            .says("The secret of a service principal has another name or is in another namespace")
            .remedy("Name the secret, and the namespace in which it is")
            .explains(Symptom.REFUSED_BY_AZURE);
    private final Report secretReferenceIncomplete = error(
                    "C8", "secret-reference-incomplete", "aad-pod-identity#646", "aad-pod-identity#184")
            .says("The reference to a secret lacks its name or its namespace")
            .remedy("Write both; no namespace is assumed")
            .explains(Symptom.REFUSED_BY_AZURE);
    private final Report secretValue = error("C8", "secret-value", "aad-pod-identity#60")
            .says("The value of a client secret is empty or ends in white space")
            .remedy("Create the secret from a file without a line break at its end, such as printf %s writes")
            .explains(Symptom.REFUSED_BY_AZURE);

    SecretRules(RuleContext context) {
        super(context);
    }

    @Override
    protected void check() {
        for (AzureIdentity identity : context.identities()) {
            Optional<Secret> secret = findSecret(identity);
            if (secret.isPresent()) {
                certificateUnreadable(identity, secret.get());
                secretKeys(identity, secret.get());
                secretValue(identity, secret.get());
            }
            secretNotFound(identity);
            secretReferenceIncomplete(identity);
        }
    }

    /** NMI reads PKCS#12 with an old library of Go's, which knows none of the algorithms of OpenSSL 3's default. */
    private void certificateUnreadable(AzureIdentity identity, Secret secret) {
        Optional<byte[]> file = secret.value("certificate");
        if (identity.type() == AzureIdentity.SERVICE_PRINCIPAL_CERTIFICATE && file.isPresent()) {
            ApplicationSettings.problemOfCertificate(file.get(), decodeText(secret, "password"))
                    .ifPresent(problem -> certificateUnreadable.add(
                            findField(secret, "certificate"),
                            "NMI cannot read this PFX: " + problem,
                            ApplicationSettings.remedyOfCertificate(problem).orElse(certificateUnreadable.remedy())));
        }
    }

    /** The value of a key as text; empty if there is no such key. */
    private static String decodeText(Secret secret, String key) {
        return new String(secret.value(key).orElse(new byte[0]), StandardCharsets.UTF_8);
    }

    /** Of several keys NMI takes the first of a Go map, which is any of them. */
    private void secretKeys(AzureIdentity identity, Secret secret) {
        if (identity.type() == AzureIdentity.SERVICE_PRINCIPAL) {
            requireOneKey(identity, secret);
        }
        if (identity.type() == AzureIdentity.SERVICE_PRINCIPAL_CERTIFICATE) {
            // NMI reads a certificate under these two names only, and a client secret under any.
            requireKey(identity, secret, "certificate");
            // Without a password NMI takes an empty one, which is right for some files.
            if (!opensWithoutPassword(secret)) {
                requireKey(identity, secret, "password");
            }
        }
    }

    private void requireOneKey(AzureIdentity identity, Secret secret) {
        String needs = "identity " + identity.name() + " needs one key in this secret, and it has ";
        if (secret.keys().isEmpty()) {
            secretKeys.add(findData(secret), needs + "0", "Add the client secret under any key.");
        } else if (secret.keys().size() > 1) {
            secretKeys.add(
                    findData(secret),
                    needs + secret.keys().size() + ": " + String.join(", ", secret.keys()),
                    "Keep the key of the client secret only: NMI takes any of them.");
        }
    }

    private void requireKey(AzureIdentity identity, Secret secret, String key) {
        if (secret.keys().contains(key)) {
            return;
        }
        secretKeys.add(
                findData(secret),
                "identity " + identity.name() + " needs the key " + key + " in this secret",
                ClosestMatch.of(key, secret.keys())
                        .map(found -> "Rename the key " + found + " to " + key + ".")
                        .orElse("Add it: certificate is PKCS#12 with an RSA key, password opens it."));
    }

    private FieldLocation findData(Secret secret) {
        FieldLocation data = context.location(secret).at("data");
        return data.exists() ? data : context.location(secret).at("stringData");
    }

    private static boolean opensWithoutPassword(Secret secret) {
        return ApplicationSettings.problemOfCertificate(
                        secret.value("certificate").orElse(new byte[0]), "")
                .isEmpty();
    }

    /** Secrets are often made by hand, so one that is not in the files at all is no error. */
    private void secretNotFound(AzureIdentity identity) {
        String name = identity.clientPassword().name();
        String namespace = identity.clientPassword().namespace();
        boolean canJudge = Value.isFinal(name) && Value.isFinal(namespace);
        if (identity.isManagedIdentity() || !canJudge) {
            return;
        }
        if (!context.isWritten("Secret", new ObjectName(namespace, name))) {
            reportNotFound(identity, name, namespace);
        }
    }

    private void reportNotFound(AzureIdentity identity, String name, String namespace) {
        FieldLocation reference = context.field(identity, "clientPassword");
        List<String> elsewhere = context.listNamespaces("Secret", name);
        List<String> here = context.listNames("Secret", namespace);
        Optional<String> near = ClosestMatch.of(name, here);
        if (!elsewhere.isEmpty()) {
            secretNotFound.add(
                    reference.like("namespace"),
                    "the secret " + name + " is not in " + namespace + " but in " + String.join(", ", elsewhere),
                    "Write: namespace: " + elsewhere.get(0));
        } else if (near.isPresent()) {
            secretNotFound.add(
                    reference.like("name"),
                    "there is no secret " + name + " in " + namespace,
                    "Did you mean name: " + near.get() + "?");
        } else {
            secretNotFound.add(
                    here.isEmpty() ? Severity.INFO : Severity.WARNING,
                    reference.like("name"),
                    "the secret " + namespace + "/" + name + " is not in these files",
                    "Create it before the pods: kubectl create secret generic " + ShellWord.quoted(name) + " -n "
                            + ShellWord.quoted(namespace)
                            + " --from-file=password=FILE, where FILE does not end in a line break.");
        }
    }

    /** NMI asks the API server for a secret of an empty name, or in an empty namespace. */
    private void secretReferenceIncomplete(AzureIdentity identity) {
        FieldLocation reference = context.field(identity, "clientPassword");
        if (identity.isManagedIdentity() || !reference.exists()) {
            return;
        }
        requireField(reference, "name", identity.clientPassword().name(), "NAME");
        requireField(reference, "namespace", identity.clientPassword().namespace(), identity.namespace());
    }

    private void requireField(FieldLocation reference, String field, String value, String example) {
        // Another rule reports a name in the wrong letter case.
        boolean isInOtherCase =
                !reference.at(field).exists() && reference.like(field).exists();
        if (value.isEmpty() && !isInOtherCase) {
            secretReferenceIncomplete.add(
                    reference, reference.key() + " has no " + field, "Add: " + field + ": " + example);
        }
    }

    /** NMI sends the bytes as they are, and Entra ID refuses them. */
    private void secretValue(AzureIdentity identity, Secret secret) {
        // Another rule reports a password that does not open its certificate.
        if (identity.type() == AzureIdentity.SERVICE_PRINCIPAL) {
            secret.keys().forEach(key -> checkValue(secret, key));
        }
    }

    private void checkValue(Secret secret, String key) {
        String value = decodeText(secret, key);
        FieldLocation field = findField(secret, key);
        if (value.isEmpty()) {
            secretValue.add(field, "the value of " + key + " is empty", "Write the client secret.");
        } else if (!value.equals(value.strip())) {
            String message = "the value of " + key + " begins or ends with white space";
            secretValue.add(field, value.endsWith("\n") ? message + ", a line break" : message);
        }
    }

    private Optional<Secret> findSecret(AzureIdentity identity) {
        if (identity.isManagedIdentity()) {
            return Optional.empty();
        }
        SecretReference reference = identity.clientPassword();
        return context.cluster().secret(new ObjectName(reference.namespace(), reference.name()));
    }

    /** The field with the value of a key; {@code stringData} wins over {@code data}, as in the API server. */
    private FieldLocation findField(Secret secret, String key) {
        FieldLocation plain = context.location(secret).at("stringData", key);
        return plain.exists() ? plain : context.location(secret).at("data", key);
    }
}
