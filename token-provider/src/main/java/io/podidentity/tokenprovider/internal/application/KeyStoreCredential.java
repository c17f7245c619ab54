// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.application;

import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.internal.Nullable;
import io.podidentity.tokenprovider.internal.certificate.CertificateStore;
import io.podidentity.tokenprovider.internal.certificate.ClientCertificate;
import io.podidentity.tokenprovider.internal.entra.EntraCredential;
import io.podidentity.tokenprovider.internal.entra.EntraSession;
import io.podidentity.tokenprovider.internal.text.Excerpt;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import javax.security.auth.x500.X500Principal;

/**
 * A certificate from a key store, as proof of identity, found by its thumbprint or subject. If several match, the
 * newest is used first, and the next one if Entra ID does not know the newest yet. A renewal therefore needs no change
 * of settings.
 */
public final class KeyStoreCredential implements EntraCredential {
    private final CertificateStore store;
    private final @Nullable String thumbprint;
    private final String subject;

    private KeyStoreCredential(CertificateStore store, @Nullable String thumbprint, String subject) {
        this.store = store;
        this.thumbprint = thumbprint;
        this.subject = subject;
    }

    /** By the SHA-1 hash in hex; spaces, colons and the mark that the Windows dialog puts before it are ignored. */
    public static KeyStoreCredential byThumbprint(CertificateStore store, String thumbprint) {
        String hex = thumbprint.replaceAll("[^A-Za-z0-9]", "");
        return new KeyStoreCredential(store, hex.toUpperCase(Locale.ROOT), "");
    }

    /** By the whole subject, such as {@code CN=app, O=Contoso}, in upper or lower case. */
    public static KeyStoreCredential bySubject(CertificateStore store, String subject) {
        return new KeyStoreCredential(store, null, subject);
    }

    @Override
    public EntraSession.Answer signIn(EntraSession session) throws InterruptedException {
        // The chain is sent too, because Entra ID recognises a certificate by subject and issuer only with its chain.
        return session.present(findValid(session.nowMillis()), true);
    }

    /** The certificates that match and are valid, the newest first. */
    private List<ClientCertificate> findValid(long nowMillis) {
        List<ClientCertificate> matching = findMatching();
        if (matching.isEmpty()) {
            throw failure(
                    "there is no certificate with " + describeSearch() + " and an RSA private key in " + store,
                    "Import it with its private key.");
        }
        List<ClientCertificate> valid = new ArrayList<>(matching);
        valid.removeIf(certificate -> !certificate.isValidAt(nowMillis));
        if (valid.isEmpty()) {
            ClientCertificate newest = matching.get(0);
            throw failure(
                    "the certificate with " + describeSearch() + " is valid from " + newest.validFrom() + " until "
                            + newest.validUntil(),
                    "Import the renewed certificate.");
        }
        return valid;
    }

    private List<ClientCertificate> findMatching() {
        List<ClientCertificate> matching = new ArrayList<>();
        try {
            for (ClientCertificate certificate : store.certificates()) {
                if (isMeant(certificate)) {
                    matching.add(certificate);
                }
            }
        } catch (GeneralSecurityException e) {
            throw failure("a certificate of " + store + " cannot be read", "Check the store with keytool.");
        }
        return matching;
    }

    private String describeSearch() {
        if (thumbprint == null) {
            return "subject " + Excerpt.of(subject, 80);
        }
        return "thumbprint " + Excerpt.of(thumbprint, 40);
    }

    private boolean isMeant(ClientCertificate certificate) throws GeneralSecurityException {
        if (thumbprint != null) {
            return thumbprint.equals(certificate.thumbprint());
        }
        X500Principal own = certificate.leaf().getSubjectX500Principal();
        try {
            return own.equals(new X500Principal(subject));
        } catch (IllegalArgumentException e) {
            return own.getName().equalsIgnoreCase(subject);
        }
    }

    private static TokenAcquisitionException failure(String reason, String remedy) {
        return new TokenAcquisitionException(Code.INVALID_CONFIGURATION, reason, remedy);
    }
}
