package io.podidentity.tokenprovider.internal.entra;

import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.internal.http.BrokenAnswerException;
import io.podidentity.tokenprovider.internal.http.ProxyException;
import java.io.IOException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import org.jspecify.annotations.Nullable;

/** What it means, and what to do, that a service on the network gave no answer. */
public final class Unreachable {
    private Unreachable() {}

    public static TokenAcquisitionException failure(IOException e, String before, String reason, String host) {
        if (EntraRetrySchedule.isDistrust(e)) {
            return distrust(e, before + "the certificate of " + host, host);
        }
        if (e instanceof ProxyException proxy) {
            Code code = proxy.isRefusal() ? Code.INVALID_CONFIGURATION : Code.SERVICE_UNAVAILABLE;
            return new TokenAcquisitionException(code, before + reason, proxy.remedy());
        }
        return e instanceof BrokenAnswerException
                ? new TokenAcquisitionException(
                        Code.SERVICE_UNAVAILABLE, before + reason, "Check what answers at " + host + ".")
                : new TokenAcquisitionException(
                        Code.SERVICE_UNAVAILABLE,
                        before + reason,
                        "Allow egress to " + host + ", or set HTTPS_PROXY or https.proxyHost.");
    }

    private static TokenAcquisitionException distrust(IOException e, String certificate, String host) {
        String reason = certificate + " is not trusted";
        String remedy = "Trust its CA by -Djavax.net.ssl.trustStore=FILE.";
        if (isCausedBy(e, CertificateExpiredException.class) || isCausedBy(e, CertificateNotYetValidException.class)) {
            reason = certificate + " is not valid at this time";
            remedy = "Compare this machine's clock; if it is right, the certificate must be renewed.";
        } else if (isOfAnotherName(e)) {
            reason = certificate + " is for another host name";
            remedy = "Check what answers at " + host + ".";
        }
        return new TokenAcquisitionException(Code.INVALID_CONFIGURATION, reason, remedy);
    }

    /** What the JDK's check of names throws is of this very class, and of its check of paths never. */
    private static boolean isOfAnotherName(IOException e) {
        Throwable cause = e.getCause();
        return cause != null && cause.getClass() == CertificateException.class && cause.getCause() == null;
    }

    private static boolean isCausedBy(@Nullable Throwable e, Class<? extends Throwable> type) {
        return e != null && (type.isInstance(e) || isCausedBy(e.getCause(), type));
    }
}
