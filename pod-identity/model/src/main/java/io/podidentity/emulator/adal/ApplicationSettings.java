// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.adal;

import io.podidentity.emulator.http.GoText;
import io.podidentity.emulator.http.GoUrl;
import java.util.Optional;

/**
 * What NMI can read of an application's settings; why not is said in its own words, which hold no secret.
 *
 * @since 0.1.0
 */
public final class ApplicationSettings {

    private static final String ENTRA = "https://login.microsoftonline.com/";

    private static final String EXPORT =
            "openssl pkcs12 -export -legacy -inkey KEY.pem -in CERTIFICATE.pem -out FILE.pfx";

    private ApplicationSettings() {}

    /** Why NMI cannot use this PKCS#12 file; empty if it can. */
    public static Optional<String> problemOfCertificate(byte[] file, String password) {
        try {
            return Pkcs12.read(file, password).hasRsaKey() ? Optional.empty() : Optional.of("its key is no RSA key");
        } catch (Pkcs12.UnreadableException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    /** What to do about such a problem of a PKCS#12 file; empty if the text is of something else. */
    public static Optional<String> remedyOfCertificate(String problem) {
        if (!problem.contains("pkcs12: ") && !problem.contains("RSA key") && !problem.contains("*rsa.PrivateKey")) {
            return Optional.empty();
        }
        if (problem.contains("password incorrect")) {
            return Optional.of("Write the password that opens it, without a line break, under the key password.");
        }
        if (problem.contains("trailing data found")) {
            return Optional.of("Create the secret from the file itself: --from-file=certificate=FILE.pfx.");
        }
        return Optional.of(
                problem.contains("pkcs12: ")
                        ? "Make it with -legacy, without a chain: " + EXPORT
                        : "Make it of an RSA key: " + EXPORT);
    }

    /** Why NMI cannot ask for a token there; empty if it can. */
    public static Optional<String> problemOfEndpoint(String adEndpoint, String tenant) {
        try {
            return problem(tokenEndpoint(adEndpoint, tenant));
        } catch (GoUrl.UnreadableException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    /** Why Go's client sends nothing there; empty if it does. */
    static Optional<String> problem(GoUrl url) {
        if (!url.scheme().matches("https?")) {
            return Optional.of("unsupported protocol scheme " + GoText.quoted(url.scheme()));
        }
        return url.host().isEmpty() ? Optional.of("http: no Host in request URL") : Optional.empty();
    }

    /** Entra ID's endpoint for a tenant, which is a path below, or beside, what the identity names. */
    static GoUrl tokenEndpoint(String adEndpoint, String tenant) throws GoUrl.UnreadableException {
        GoUrl authority = GoUrl.parse(adEndpoint.isEmpty() ? ENTRA : adEndpoint);
        // For errors in the tenant's own text.
        GoUrl.parse(tenant);
        return authority.resolve(GoUrl.parse(tenant + "/oauth2/token?api-version=1.0"));
    }
}
