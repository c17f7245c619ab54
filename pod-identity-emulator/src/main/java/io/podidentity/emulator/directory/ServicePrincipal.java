package io.podidentity.emulator.directory;

import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;

/**
 * What can get a token without a person: an application or a managed identity. Immutable.
 *
 * @param consented whether other tenants have it too
 */
public record ServicePrincipal(
        String clientId,
        String objectId,
        List<RegisteredSecret> secrets,
        List<X509Certificate> certificates,
        boolean consented) {

    public ServicePrincipal {
        secrets = List.copyOf(secrets);
        certificates = List.copyOf(certificates);
    }

    public ServicePrincipal(String clientId, String objectId) {
        this(clientId, objectId, List.of(), List.of(), true);
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
        return new ServicePrincipal(clientId, objectId, plus(secrets, secret), certificates, consented);
    }

    public ServicePrincipal with(X509Certificate certificate) {
        return new ServicePrincipal(clientId, objectId, secrets, plus(certificates, certificate), consented);
    }

    public ServicePrincipal withoutConsent() {
        return new ServicePrincipal(clientId, objectId, secrets, certificates, false);
    }

    private static <T> List<T> plus(List<T> list, T element) {
        var more = new ArrayList<>(list);
        more.add(element);
        return more;
    }
}
