package io.podidentity.emulator.directory;

import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * What can get a token without a person: an application or a managed identity. Immutable.
 *
 * @param redirectUris to which a signed-in user is sent back
 * @param consented whether other tenants have it too, and users let it act for them
 * @since 0.1.0
 */
public record ServicePrincipal(
        String clientId,
        String objectId,
        List<RegisteredSecret> secrets,
        List<X509Certificate> certificates,
        List<String> redirectUris,
        boolean consented) {

    /**
     * As in Azure, the port is not compared.
     *
     * @see <a href="https://learn.microsoft.com/entra/identity-platform/reply-url#localhost-exceptions">loopback</a>
     */
    private static final Pattern LOOPBACK_PORT =
            Pattern.compile("^(http://(?:localhost|127\\.0\\.0\\.1)):\\d{1,5}(?=[/?]|$)");

    public ServicePrincipal {
        secrets = List.copyOf(secrets);
        certificates = List.copyOf(certificates);
        redirectUris = List.copyOf(redirectUris);
    }

    public ServicePrincipal(String clientId, String objectId) {
        this(clientId, objectId, List.of(), List.of(), List.of(), true);
    }

    /** What a presented secret is worth. */
    public enum SecretCheck {
        VALID,
        EXPIRED,
        WRONG
    }

    public SecretCheck check(String presentedSecret) {
        SecretCheck result = SecretCheck.WRONG;
        for (RegisteredSecret secret : secrets) {
            if (secret.matches(presentedSecret)) {
                if (!secret.expired()) {
                    return SecretCheck.VALID;
                }
                result = SecretCheck.EXPIRED;
            }
        }
        return result;
    }

    public ServicePrincipal with(RegisteredSecret secret) {
        return new ServicePrincipal(clientId, objectId, plus(secrets, secret), certificates, redirectUris, consented);
    }

    public ServicePrincipal with(X509Certificate certificate) {
        return new ServicePrincipal(
                clientId, objectId, secrets, plus(certificates, certificate), redirectUris, consented);
    }

    public ServicePrincipal withoutConsent() {
        return new ServicePrincipal(clientId, objectId, secrets, certificates, redirectUris, false);
    }

    public ServicePrincipal withRedirectUri(String uri) {
        return new ServicePrincipal(clientId, objectId, secrets, certificates, plus(redirectUris, uri), consented);
    }

    /** Whether it is one of them, letter by letter; at loopback any port is the same. */
    public boolean hasRedirectUri(String uri) {
        String wanted = LOOPBACK_PORT.matcher(uri).replaceFirst("$1");
        return redirectUris.stream()
                .anyMatch(one -> LOOPBACK_PORT.matcher(one).replaceFirst("$1").equals(wanted));
    }

    private static <T> List<T> plus(List<T> list, T element) {
        var more = new ArrayList<>(list);
        more.add(element);
        return more;
    }
}
