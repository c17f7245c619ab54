// SPDX-License-Identifier: Apache-2.0
package io.podidentity.demo.sample;

import io.podidentity.tokenprovider.TokenAcquisitionException;
import java.io.Serial;
import java.net.URI;
import java.time.Duration;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.web.ErrorResponseException;

/** An error: why a request cannot be served, and what to do next, as problem details (RFC 9457). It has no token. */
public final class Problem extends ErrorResponseException {
    @Serial
    private static final long serialVersionUID = 1L;

    private final String reason;
    private final String remedy;

    /**
     * @param kind the kind of problem in kebab case, which becomes the type of the problem details
     * @param reason why, in one sentence without a full stop
     * @param remedy what to do next, with commands between single quotes; may be empty
     */
    public Problem(HttpStatus status, String kind, String title, String reason, String remedy) {
        super(status);
        this.reason = reason;
        this.remedy = remedy;
        getBody().setType(URI.create("urn:podidentity:problem:" + kind));
        getBody().setTitle(title);
        advise(remedy);
    }

    /** The problem that there is no token: the library says why, and what to do. */
    public static Problem of(TokenAcquisitionException failure) {
        String title = switch (failure.code()) {
            case NO_SOURCE_AVAILABLE -> "Nobody is signed in here";
            case REFUSED -> "The identity was refused";
            case SERVICE_UNAVAILABLE -> "No token at the moment";
            case INVALID_RESPONSE -> "The token service gave an invalid answer";
            case INVALID_CONFIGURATION -> "A setting is wrong";
            case TIMED_OUT -> "The token did not arrive in time";
            case INTERRUPTED -> "The request for a token was interrupted";
        };
        Problem problem =
                new Problem(HttpStatus.SERVICE_UNAVAILABLE, "no-token", title, failure.reason(), failure.remedy());
        failure.retryAfter().ifPresent(problem::retryAfter);
        return problem;
    }

    /** Adds to the answer what to do next. */
    public void advise(String advice) {
        getBody().setDetail((reason + ". " + advice).strip());
        if (!advice.isEmpty()) {
            getBody().setProperty("remedy", advice);
        }
    }

    /** Tells programs when to try again. */
    public Problem retryAfter(Duration pause) {
        getHeaders().set(HttpHeaders.RETRY_AFTER, Long.toString(pause.toSeconds()));
        return this;
    }

    /** Why, in one sentence without a full stop. */
    public String reason() {
        return reason;
    }

    /** What to do next, with commands between single quotes; may be empty. */
    public String remedy() {
        return remedy;
    }
}
