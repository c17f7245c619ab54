package io.podidentity.emulator.adal;

/** A PKCS#12 file cannot be used; the message is that of Go's library. */
@SuppressWarnings("serial")
final class UnreadableCertificateException extends Exception {

    UnreadableCertificateException(String reason) {
        super(reason);
    }
}
