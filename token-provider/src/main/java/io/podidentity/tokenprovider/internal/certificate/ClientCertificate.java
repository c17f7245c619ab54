// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.certificate;

import io.podidentity.tokenprovider.internal.Nullable;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;

/**
 * A certificate by which an application proves its identity.
 *
 * @param key its private RSA key, which may be one that never leaves its store
 * @param chain the certificate itself, then the certificates of its issuers, as far as they are available
 */
public record ClientCertificate(PrivateKey key, List<X509Certificate> chain) {
    /** The certificates in a key store that Entra ID could accept: those with an RSA private key, newest first. */
    static List<ClientCertificate> readAll(KeyStore store, char @Nullable [] password) throws GeneralSecurityException {
        List<ClientCertificate> certificates = new ArrayList<>();
        for (String alias : Collections.list(store.aliases())) {
            List<X509Certificate> chain = readChain(store, alias);
            if (chain.isEmpty() || !store.isKeyEntry(alias)) {
                continue;
            }
            Key key = store.getKey(alias, password);
            if (key instanceof PrivateKey secret && key.getAlgorithm().equals("RSA")) {
                certificates.add(new ClientCertificate(secret, chain));
            }
        }
        certificates.sort(Comparator.comparing(ClientCertificate::validFrom).reversed());
        return certificates;
    }

    private static List<X509Certificate> readChain(KeyStore store, String alias) throws GeneralSecurityException {
        List<X509Certificate> chain = new ArrayList<>();
        Certificate[] stored = store.getCertificateChain(alias);
        if (stored == null) {
            return chain;
        }
        for (Certificate certificate : stored) {
            if (certificate instanceof X509Certificate x509) {
                chain.add(x509);
            }
        }
        return chain;
    }

    public X509Certificate leaf() {
        return chain.get(0);
    }

    public Instant validFrom() {
        return leaf().getNotBefore().toInstant();
    }

    public Instant validUntil() {
        return leaf().getNotAfter().toInstant();
    }

    public boolean isValidAt(long millis) {
        return millis >= validFrom().toEpochMilli() && millis <= validUntil().toEpochMilli();
    }

    /** The SHA-1 hash of the certificate in hex, which Azure and Windows show as its thumbprint. */
    public String thumbprint() throws GeneralSecurityException {
        return HexFormat.of().withUpperCase().formatHex(digest("SHA-1"));
    }

    public byte[] digest(String algorithm) throws GeneralSecurityException {
        return MessageDigest.getInstance(algorithm).digest(leaf().getEncoded());
    }

    @Override
    public String toString() {
        return "certificate of " + leaf().getSubjectX500Principal();
    }
}
