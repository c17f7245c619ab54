package io.podidentity.tokenprovider.internal.certificate;

import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The certificates in a key store that Entra ID could accept: those with an RSA private key, newest first. */
final class RsaEntries {
    private RsaEntries() {}

    /**
     * Lists them.
     *
     * @param password the password of the private keys; null if the store needs none
     */
    static List<ClientCertificate> of(KeyStore store, char @Nullable [] password) throws GeneralSecurityException {
        List<ClientCertificate> certificates = new ArrayList<>();
        for (String alias : Collections.list(store.aliases())) {
            List<X509Certificate> chain = chain(store, alias);
            if (!chain.isEmpty() && store.isKeyEntry(alias)) {
                Key key = store.getKey(alias, password);
                if (key instanceof PrivateKey secret && key.getAlgorithm().equals("RSA")) {
                    addNewestFirst(certificates, new ClientCertificate(secret, chain));
                }
            }
        }
        return certificates;
    }

    private static void addNewestFirst(List<ClientCertificate> certificates, ClientCertificate added) {
        int older = 0;
        while (older < certificates.size()
                && certificates.get(older).validFrom().compareTo(added.validFrom()) >= 0) {
            older++;
        }
        certificates.add(older, added);
    }

    private static List<X509Certificate> chain(KeyStore store, String alias) throws GeneralSecurityException {
        List<X509Certificate> chain = new ArrayList<>();
        Certificate[] stored = store.getCertificateChain(alias);
        if (stored != null) {
            for (Certificate certificate : stored) {
                if (certificate instanceof X509Certificate x509) {
                    chain.add(x509);
                }
            }
        }
        return chain;
    }
}
