// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.jfr;

import io.podidentity.tokenprovider.Principal;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenListener;
import java.time.Instant;
import jdk.jfr.FlightRecorder;

/**
 * Writes what becomes of tokens into recordings of the JDK Flight Recorder, as events named {@code
 * io.podidentity.Token}. No token is in them; the principal is.
 *
 * <pre>{@code
 * AzureServiceTokenProvider.builder().listener(new JfrTokenListener()).build()
 * }</pre>
 *
 * <p>Nothing of the Flight Recorder is loaded by a program that does not make one, and none need be present. With one,
 * the Flight Recorder is not started: that takes the first recording, at whatever time.
 *
 * <p><i>Thread-safety:</i> safe for use by several threads.
 *
 * @since 0.1.0
 */
public final class JfrTokenListener implements TokenListener {

    /** A listener; it costs next to nothing while no recording runs, and a class before the first one. */
    public JfrTokenListener() {}

    @Override
    public void on(Event event) {
        if (!FlightRecorder.isInitialized()) {
            // The first event would load 200 classes of the JDK.
            return;
        }
        TokenEvent written = new TokenEvent();
        if (!written.isEnabled()) {
            return;
        }
        written.kind = event.kind().name();
        written.resource = event.request().resource();
        written.source = event.source().orElse(null);
        written.principal = event.principal().map(Principal::toString).orElse(null);
        written.took = event.duration().toNanos();
        written.expiresOn = event.expiresOn().map(Instant::toEpochMilli).orElse(Long.MIN_VALUE);
        written.failure = event.failure()
                .map(TokenAcquisitionException::code)
                .map(Enum::name)
                .orElse(null);
        written.reason = event.failure().map(TokenAcquisitionException::reason).orElse(null);
        written.commit();
    }
}
