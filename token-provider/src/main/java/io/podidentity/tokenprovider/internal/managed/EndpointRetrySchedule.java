package io.podidentity.tokenprovider.internal.managed;

import io.podidentity.tokenprovider.internal.http.RetrySchedule;
import java.io.IOException;
import javax.net.ssl.SSLHandshakeException;

/** The schedule of the metadata service; only that a certificate which was wrong once is not looked at again. */
final class EndpointRetrySchedule extends RetrySchedule {
    EndpointRetrySchedule() {
        super(true);
    }

    @Override
    public long afterFailure(IOException e) {
        return e instanceof SSLHandshakeException ? -1 : super.afterFailure(e);
    }
}
