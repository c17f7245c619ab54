// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.directory;

import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What can get a token: an application, an agent identity or a managed identity. Immutable.
 *
 * @param redirectUris to which a signed-in user is sent back
 * @param consented whether other tenants have it too, and users let it act for them
 * @since 0.1.0
 */
public record ServicePrincipal(
        String clientId,
        String objectId,
        Kind kind,
        List<RegisteredSecret> secrets,
        List<X509Certificate> certificates,
        List<RedirectUri> redirectUris,
        boolean consented) {

    /**
     * As in Azure, the port is not compared.
     *
     * @see <a href="https://learn.microsoft.com/entra/identity-platform/reply-url#localhost-exceptions">loopback</a>
     */
    private static final Pattern LOOPBACK_PORT =
            Pattern.compile("^(http://(?:localhost|127\\.0\\.0\\.1)):\\d{1,5}(?=[/?]|$)");

    /** What Entra ID distinguishes. */
    public enum Kind {
        /** It proves who it is by a secret, a certificate or a federated credential. */
        APPLICATION,
        /** It runs at a user's and cannot keep a secret, so it proves nothing. */
        PUBLIC_CLIENT,
        MANAGED_IDENTITY,
        /** An application that acts as the agent identities that it owns, and hardly as itself. */
        AGENT_BLUEPRINT,
        /** It has no credential of its own: it proves who it is by a token of its blueprint. */
        AGENT_IDENTITY;

        /** Whether it belongs to an agent: then no user signs in with it. */
        public boolean isOfAgent() {
            return this == AGENT_BLUEPRINT || this == AGENT_IDENTITY;
        }
    }

    /**
     * An address of a client.
     *
     * @param ofPage whether a page in a browser redeems the codes that are sent there, a single-page application
     */
    public record RedirectUri(String uri, boolean ofPage) {

        private boolean matches(String wanted) {
            return withoutPort(uri).equals(withoutPort(wanted));
        }

        private static String withoutPort(String uri) {
            return LOOPBACK_PORT.matcher(uri).replaceFirst("$1");
        }
    }

    public ServicePrincipal {
        secrets = List.copyOf(secrets);
        certificates = List.copyOf(certificates);
        redirectUris = List.copyOf(redirectUris);
    }

    /** One without any credential. */
    public static ServicePrincipal of(Kind kind, String clientId, String objectId) {
        return new ServicePrincipal(clientId, objectId, kind, List.of(), List.of(), List.of(), true);
    }

    /** An application without any credential. */
    public static ServicePrincipal application(String clientId, String objectId) {
        return of(Kind.APPLICATION, clientId, objectId);
    }

    public static ServicePrincipal managedIdentity(String clientId, String objectId) {
        return of(Kind.MANAGED_IDENTITY, clientId, objectId);
    }

    /** What a presented secret is worth. */
    public enum SecretCheck {
        VALID,
        EXPIRED,
        WRONG
    }

    /** Says what a secret is worth that a client presents. */
    public SecretCheck check(String presentedSecret) {
        List<RegisteredSecret> matching = secrets.stream()
                .filter(secret -> secret.matches(presentedSecret))
                .toList();
        if (matching.isEmpty()) {
            return SecretCheck.WRONG;
        }
        boolean areExpired = matching.stream().allMatch(RegisteredSecret::expired);
        return areExpired ? SecretCheck.EXPIRED : SecretCheck.VALID;
    }

    public ServicePrincipal with(RegisteredSecret secret) {
        return new ServicePrincipal(
                clientId, objectId, kind, plus(secrets, secret), certificates, redirectUris, consented);
    }

    public ServicePrincipal with(X509Certificate certificate) {
        return new ServicePrincipal(
                clientId, objectId, kind, secrets, plus(certificates, certificate), redirectUris, consented);
    }

    public ServicePrincipal withoutConsent() {
        return new ServicePrincipal(clientId, objectId, kind, secrets, certificates, redirectUris, false);
    }

    public ServicePrincipal with(RedirectUri uri) {
        return new ServicePrincipal(
                clientId, objectId, kind, secrets, certificates, plus(redirectUris, uri), consented);
    }

    /** The one that is meant, letter by letter; at loopback any port is the same. */
    public Optional<RedirectUri> redirectUri(String wanted) {
        return redirectUris.stream().filter(known -> known.matches(wanted)).findFirst();
    }

    /** Whether it has a secret or a certificate, with which it can prove who it is. */
    public boolean hasCredential() {
        return !secrets.isEmpty() || !certificates.isEmpty();
    }

    private static <T> List<T> plus(List<T> list, T element) {
        var more = new ArrayList<>(list);
        more.add(element);
        return more;
    }
}
