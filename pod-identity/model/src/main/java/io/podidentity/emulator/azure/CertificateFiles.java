// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.azure;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.KeyStoreException;
import java.security.cert.X509Certificate;
import java.util.Collections;
import java.util.Optional;

/**
 * Finds the certificate in a PKCS#12 file.
 *
 * @since 0.1.0
 */
public final class CertificateFiles {

    private CertificateFiles() {}

    /** The certificate of the private key in a PKCS#12 file; empty if the file cannot be read or holds none. */
    public static Optional<X509Certificate> ofPkcs12(byte[] file, String password) {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(new ByteArrayInputStream(file), password.toCharArray());
            return findCertificateOfKey(store);
        } catch (IOException | GeneralSecurityException unreadable) {
            // Then nobody can have registered it either.
            return Optional.empty();
        }
    }

    private static Optional<X509Certificate> findCertificateOfKey(KeyStore store) throws KeyStoreException {
        for (String alias : Collections.list(store.aliases())) {
            if (store.isKeyEntry(alias) && store.getCertificate(alias) instanceof X509Certificate certificate) {
                return Optional.of(certificate);
            }
        }
        return Optional.empty();
    }
}
