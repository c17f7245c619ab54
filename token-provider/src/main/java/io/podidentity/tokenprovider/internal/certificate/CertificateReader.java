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
     * Reads a certificate.
     *
     * @param contents PEM or PKCS#12
     * @param password of PKCS#12; null without one
     * @param origin where it is from, for messages
     * @throws TokenAcquisitionException if there is none that Entra ID takes; says why and shows nothing of it
     */
    public static ClientCertificate read(byte[] contents, @Nullable Secret password, String origin) {
        try {
            return contents.length > 0 && contents[0] == 0x30
                    ? pkcs12(contents, password, origin)
                    : PemReader.read(new String(contents, StandardCharsets.ISO_8859_1), origin);
        } catch (IOException e) {
            throw e.getCause() instanceof UnrecoverableKeyException
                    ? CertificateFailure.of(origin, "does not open with this password", "Correct the password.")
                    : CertificateFailure.of(origin, "is neither PEM nor PKCS#12", "Check what is in it.");
        } catch (GeneralSecurityException e) {
            // The JDK's messages speak of the bytes.
            throw CertificateFailure.of(
                    origin, "cannot be read (" + e.getClass().getSimpleName() + ")", "Check what is in it.");
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
