// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.entra;

import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.internal.Nullable;
import io.podidentity.tokenprovider.internal.http.BrokenAnswerException;
import io.podidentity.tokenprovider.internal.http.ProxyException;
import java.io.IOException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;

/** Makes the failures for a service on the network that gave no answer. */
public final class Unreachable {
    private Unreachable() {}

    /**
     * The failure.
     *
     * @param before words in front of the reason; may be empty
     * @param reason why there was no answer
     * @param host the service that was asked
     */
    public static TokenAcquisitionException failure(IOException e, String before, String reason, String host) {
        if (EntraRetrySchedule.isDistrust(e)) {
            return distrust(e, before + "the certificate of " + host, host);
        }
        if (e instanceof ProxyException proxy) {
            Code code = Code.SERVICE_UNAVAILABLE;
            if (proxy.isRefusal()) {
                code = Code.INVALID_CONFIGURATION;
            }
            return new TokenAcquisitionException(code, before + reason, proxy.remedy());
        }
        String remedy = "Allow egress to " + host + ", or set HTTPS_PROXY or https.proxyHost.";
        if (e instanceof BrokenAnswerException) {
            remedy = "Check what answers at " + host + ".";
        }
        return new TokenAcquisitionException(Code.SERVICE_UNAVAILABLE, before + reason, remedy);
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

    /** Whether the JDK's check of names failed. That check throws this very class, and no other check does. */
    private static boolean isOfAnotherName(IOException e) {
        Throwable cause = e.getCause();
        return cause != null && cause.getClass() == CertificateException.class && cause.getCause() == null;
    }

    private static boolean isCausedBy(@Nullable Throwable e, Class<? extends Throwable> type) {
        return e != null && (type.isInstance(e) || isCausedBy(e.getCause(), type));
    }
}
