// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.run;

import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.emulator.http.Answer;
import io.podidentity.emulator.http.Endpoint;
import io.podidentity.emulator.http.Request;
import io.podidentity.emulator.http.RequestFilter;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * Takes one slash off {@code //metadata}, which a client asks for that puts a slash of its own behind
 * AZURE_POD_IDENTITY_AUTHORITY_HOST, as msal4j does up to 1.24 and so azure-identity. In a cluster there is no such
 * variable and no such path: NMI and the proxy sidecar would answer with a redirect, which these clients do not
 * follow. Thread-safe.
 */
final class LeadingSlash implements RequestFilter {

    private static final String DOUBLED = "//metadata/";

    private final String pod;
    private final Consumer<String> log;
    private final AtomicBoolean logged = new AtomicBoolean();

    LeadingSlash(ObjectName pod, Consumer<String> log) {
        this.pod = pod.toString();
        this.log = log;
    }

    @Override
    public Answer filter(Request request, Endpoint next) {
        String path = request.rawPath();
        if (!path.regionMatches(true, 0, DOUBLED, 0, DOUBLED.length())) {
            return next.answer(request);
        }
        if (logged.compareAndSet(false, true)) {
            log.accept("a client in pod " + pod + " asks for " + DOUBLED + "…, since it adds a slash to"
                    + " AZURE_POD_IDENTITY_AUTHORITY_HOST. In a cluster, without that variable, it asks for /metadata/…,"
                    + " so that is what is answered");
        }
        return next.answer(request.withRawPath(path.substring(1)));
    }
}
