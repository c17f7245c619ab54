package io.podidentity.tokenprovider.internal.certificate;

import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.internal.text.Secret;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.UnrecoverableKeyException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads a certificate and its private key, from PEM or PKCS#12. */
public final class CertificateReader {
    private CertificateReader() {}

    /**
     * Reads a certificate and its private key.
     *
     * @param contents PEM or PKCS#12
     * @param password the password of PKCS#12; null if there is none
     * @param origin where it comes from, for messages
     * @throws TokenAcquisitionException if there is no certificate that Entra ID accepts; the message says why and
     *     shows nothing of the contents
     */
    public static ClientCertificate read(byte[] contents, @Nullable Secret password, String origin) {
        try {
            return contents.length > 0 && contents[0] == 0x30
                    ? pkcs12(contents, password, origin)
                    : PemReader.read(new String(contents, StandardCharsets.ISO_8859_1), origin);
        } catch (IOException e) {
            throw e.getCause() instanceof UnrecoverableKeyException
                    ? CertificateFailure.of(origin, "cannot be opened with this password", "Correct the password.")
                    : CertificateFailure.of(origin, "is neither PEM nor PKCS#12", "Check its contents.");
        } catch (GeneralSecurityException e) {
            // The JDK's message may describe the contents, so it is not shown.
            throw CertificateFailure.of(
                    origin, "cannot be read (" + e.getClass().getSimpleName() + ")", "Check its contents.");
        }
    }

    private static ClientCertificate pkcs12(byte[] contents, @Nullable Secret password, String origin)
            throws IOException, GeneralSecurityException {
        char[] characters = password == null ? new char[0] : password.reveal().toCharArray();
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(new ByteArrayInputStream(contents), characters);
        List<ClientCertificate> certificates = RsaEntries.of(store, characters);
        if (certificates.isEmpty()) {
            throw CertificateFailure.of(origin, "holds no certificate with an RSA key", CertificateFailure.RSA_REMEDY);
        }
        return certificates.get(0);
    }
}
