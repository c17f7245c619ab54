// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.entra;

import io.podidentity.tokenprovider.internal.http.HttpResponse;
import io.podidentity.tokenprovider.internal.http.ProxyException;
import io.podidentity.tokenprovider.internal.http.RetrySchedule;
import java.io.IOException;
import java.security.cert.CertificateException;
import javax.net.ssl.SSLException;

/**
 * The retry schedule for Entra ID. The pauses are 0.8, 1.6 and 3.2 s, as in the Azure SDKs, and each is longer by up to
 * a tenth. A longer {@code Retry-After} is obeyed. A failure that may pass is retried: 408, 429, 5xx except 501 and
 * 505, silence, a 401 without a reason, and an issuer of assertions that Entra ID itself could not reach. A failure
 * that stays until somebody changes a setting is not retried.
 *
 * <p>There are two retries if Entra ID does not find a federated credential. A new credential takes some minutes to be
 * known everywhere, and existing ones are sometimes not found (22 of 1,021 sign-ins of one project). After that the
 * failure is final. Nearly always it is a mistake, and more retries would cost each start the whole deadline and hide
 * the reason.
 */
public final class EntraRetrySchedule extends RetrySchedule {
    private static final int MAX_RETRIES = 3;
    private static final int MAX_RETRIES_WHILE_SPREADING = 2;

    private final boolean doubting401;

    /**
     * @param doubting401 whether a 401 without a reason is retried; false if 401 is the server's way to ask for a token
     */
    public EntraRetrySchedule(boolean doubting401) {
        super(true, true);
        this.doubting401 = doubting401;
    }

    @Override
    public long afterAnswer(HttpResponse response) {
        int status = response.status();
        if (status == 200) {
            return -1;
        }
        EntraError error = EntraError.read(response.body());
        boolean silent = status == 401 && error.aadsts() == 0 && error.code().isEmpty();
        long wait = -1;
        if (isTransient(status, error.aadsts()) || (doubting401 && silent)) {
            wait = nextWait(MAX_RETRIES);
        } else if (isSpreading(error.aadsts())) {
            wait = nextWait(MAX_RETRIES_WHILE_SPREADING);
        }
        return obeyServer(wait, response);
    }

    @Override
    public long afterFailure(IOException e) {
        boolean isRefusal = e instanceof ProxyException proxy && proxy.isRefusal();
        if (isRefusal || isDistrust(e)) {
            return -1;
        }
        return nextWait(MAX_RETRIES);
    }

    /** Whether the server's certificate is not trusted, so that another try would fail too. */
    static boolean isDistrust(IOException e) {
        return e instanceof SSLException && e.getCause() instanceof CertificateException;
    }

    /** Whether the same request may succeed later. */
    public static boolean isTransient(int status, int aadsts) {
        if (isFinal(aadsts)) {
            return false;
        }
        return isTransientStatus(status) || isTransientNumber(aadsts);
    }

    private static boolean isTransientStatus(int status) {
        if (status == 501 || status == 505) {
            return false;
        }
        return status == 408 || status == 429 || (status >= 500 && status <= 599);
    }

    /** The numbers whose description says that the error passes, whatever the status. */
    private static boolean isTransientNumber(int aadsts) {
        return switch (aadsts) {
            case 50033, 50087, 50088, 50166, 501661, 90006, 90012, 90024, 90033, 90055, 90061, 90090, 90091 -> true;
            default -> false;
        };
    }

    /** Whether a federated credential was not found that may be new. A wrong audience is not among these numbers. */
    private static boolean isSpreading(int aadsts) {
        return aadsts == 70021 || aadsts == 700211 || aadsts == 700213;
    }

    /** The numbers that azure-identity never retries, and the numbers of proofs that are not valid. */
    private static boolean isFinal(int aadsts) {
        return switch (aadsts) {
            case 50034, 50059, 50076, 50079, 50097, 50105, 50126, 50128, 50129, 70001, 70002 -> true;
            case 90002, 90014, 90015, 90019, 90023, 500011, 500208, 650051, 650052, 700016, 700027 -> true;
            case 900144, 900382, 1002016, 7000215, 7000222 -> true;
            case 50013, 50027, 53003, 70021, 700023, 700024, 700211, 700212, 700213, 1000502, 7000218, 7002138 -> true;
            default -> false;
        };
    }
}
