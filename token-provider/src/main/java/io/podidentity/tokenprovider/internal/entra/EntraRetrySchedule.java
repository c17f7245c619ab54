package io.podidentity.tokenprovider.internal.entra;

import io.podidentity.tokenprovider.internal.http.HttpResponse;
import io.podidentity.tokenprovider.internal.http.ProxyException;
import io.podidentity.tokenprovider.internal.http.RetryAfter;
import io.podidentity.tokenprovider.internal.http.RetrySchedule;
import java.io.IOException;
import java.security.cert.CertificateException;
import javax.net.ssl.SSLException;

/**
 * How long to wait before Entra ID is asked again: 0.8, 1.6, 3.2 s as the Azure SDKs do, each longer by up to a tenth;
 * {@code Retry-After} is obeyed if it is longer. Asked again is what may pass: 408, 429, 5xx but for 501 and 505, no
 * answer, a 401 that does not say why, and an issuer of assertions that Entra ID itself could not reach. Never asked
 * again is what stays wrong until somebody changes it.
 *
 * <p>A federated credential that Entra ID does not find is asked for twice more: a new one takes some minutes to be
 * known everywhere, and right ones are not found now and then (22 of 1,021 sign-ins of one project). After that it is
 * final, since nearly always it is a mistake, which would cost each start the whole deadline and hide the reason; and
 * whoever waits for a new one can call again.
 */
public final class EntraRetrySchedule extends RetrySchedule {
    private static final int MAX_RETRIES = 3;
    private static final int MAX_RETRIES_WHILE_SPREADING = 2;

    private final boolean doubting401;

    /**
     * @param doubting401 whether a 401 that does not say why is asked again; false where it is the way to ask for a
     *     token
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
            wait = next(MAX_RETRIES);
        } else if (isSpreading(error.aadsts())) {
            wait = next(MAX_RETRIES_WHILE_SPREADING);
        }
        return wait < 0 ? wait : Math.max(wait, RetryAfter.millis(response));
    }

    @Override
    public long afterFailure(IOException e) {
        boolean lasting = isDistrust(e) || (e instanceof ProxyException proxy && proxy.isRefusal());
        return lasting ? -1 : next(MAX_RETRIES);
    }

    /** Whether the server's certificate is not trusted, which no second try changes. */
    static boolean isDistrust(IOException e) {
        return e instanceof SSLException && e.getCause() instanceof CertificateException;
    }

    public static boolean isTransient(int status, int aadsts) {
        return !isFinal(aadsts)
                && (status == 408
                        || status == 429
                        || (status >= 500 && status <= 599 && status != 501 && status != 505)
                        || isPassing(aadsts));
    }

    /** The numbers that say themselves that they pass, whatever the status. */
    private static boolean isPassing(int aadsts) {
        return switch (aadsts) {
            case 50033, 50087, 50088, 50166, 501661, 90006, 90012, 90024, 90033, 90055, 90061, 90090, 90091 -> true;
            default -> false;
        };
    }

    /**
     * Whether a federated credential was not found that may only be new; an audience that is wrong is no matter of
     * time.
     */
    private static boolean isSpreading(int aadsts) {
        return aadsts == 70021 || aadsts == 700211 || aadsts == 700213;
    }

    /** The numbers that azure-identity never asks again for, and those that say that a proof does not hold. */
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
