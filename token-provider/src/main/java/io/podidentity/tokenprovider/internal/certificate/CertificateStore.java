// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.certificate;

import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.internal.Nullable;
import io.podidentity.tokenprovider.internal.text.Environment;
import io.podidentity.tokenprovider.internal.text.Excerpt;
import io.podidentity.tokenprovider.internal.text.Secret;
import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.List;

/**
 * Where certificates are kept with their private keys: the certificate store of Windows, or elsewhere the key store of
 * this JVM. It is opened for each exchange, because certificates are renewed while programs run.
 *
 * @param type the JDK's name for this type of store
 * @param file its file; null for the Windows store
 * @param password the password of the file and its keys; null for the Windows store
 */
public record CertificateStore(
        String type, @Nullable String file, @Nullable Secret password) {

    /**
     * The store of a location: on Windows {@code Windows-MY} or {@code Windows-MY-LOCALMACHINE}; elsewhere, for both
     * locations, the one that {@code javax.net.ssl.keyStore} and its related properties name.
     */
    public static CertificateStore of(Environment environment, boolean localMachine) {
        if (environment.windows() && localMachine) {
            return new CertificateStore("Windows-MY-LOCALMACHINE", null, null);
        }
        if (environment.windows()) {
            return new CertificateStore("Windows-MY", null, null);
        }
        return new CertificateStore(
                System.getProperty("javax.net.ssl.keyStoreType", KeyStore.getDefaultType()),
                System.getProperty("javax.net.ssl.keyStore", ""),
                new Secret(System.getProperty("javax.net.ssl.keyStorePassword", "")));
    }

    /** The certificates of the store, newest first. */
    public List<ClientCertificate> certificates() throws GeneralSecurityException {
        char[] characters = null;
        if (password != null) {
            characters = password.reveal().toCharArray();
        }
        try (InputStream in = open()) {
            KeyStore store = KeyStore.getInstance(type);
            store.load(in, characters);
            return ClientCertificate.readAll(store, characters);
        } catch (IOException e) {
            // The message may contain anything, so it is not shown. A wrong password is one possible reason.
            throw failure(this + " cannot be opened");
        }
    }

    /** The file of the store; null for the Windows store, which is not a file. */
    private @Nullable InputStream open() throws IOException {
        if (file == null) {
            return null;
        }
        if (file.isEmpty()) {
            throw failure("there is no key store: javax.net.ssl.keyStore is not set");
        }
        if (new File(file).exists() && !new File(file).isFile()) {
            // A pipe that nobody writes to could keep its reader for ever.
            throw failure(this + " is no file");
        }
        return new FileInputStream(file);
    }

    private static TokenAcquisitionException failure(String reason) {
        return new TokenAcquisitionException(
                Code.INVALID_CONFIGURATION,
                reason,
                "Set -Djavax.net.ssl.keyStore=FILE and -Djavax.net.ssl.keyStorePassword.");
    }

    @Override
    public String toString() {
        if (file == null) {
            return type;
        }
        return "the key store " + Excerpt.of(file, 120);
    }
}
