package io.podidentity.demo.problem;

import io.podidentity.tokenprovider.TokenAcquisitionException;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;

/**
 * What went wrong, why, and what to do next. It contains no token.
 *
 * @param status the status that the API answers with
 * @param kind the kind of problem in kebab case, which becomes the type of the problem details
 * @param title the problem in a few words
 * @param reason why, in one sentence without a full stop
 * @param remedy what to do next, with commands between single quotes; may be empty
 * @param attempts the result of each token source; empty if the problem is not about the token
 * @param pause how long a program should wait before it tries again; null if that alone does not help
 */
public record Problem(
        HttpStatus status,
        String kind,
        String title,
        String reason,
        String remedy,
        List<Attempt> attempts,
        @Nullable Duration pause) {
    private static final Logger log = LoggerFactory.getLogger(Problem.class);
    private static final RecentTexts LOGGED = new RecentTexts(Duration.ofMinutes(1), Clock.systemUTC());

    /** A problem that is not about the token. */
    public Problem(HttpStatus status, String kind, String title, String reason, String remedy) {
        this(status, kind, title, reason, remedy, List.of(), null);
    }

    /** The same problem, for which a program should try again after some time. */
    public Problem retryAfter(Duration pause) {
        return new Problem(status, kind, title, reason, remedy, attempts, pause);
    }

    /** The problem that there is no token. */
    public static Problem of(TokenAcquisitionException failure) {
        return new Problem(
                HttpStatus.SERVICE_UNAVAILABLE,
                "no-token",
                title(failure.code()),
                failure.reason(),
                failure.remedy(),
                Attempt.of(failure.attempts()),
                null);
    }

    private static String title(TokenAcquisitionException.Code code) {
        return switch (code) {
            case NO_SOURCE_AVAILABLE -> "Nobody is signed in here";
            case REFUSED -> "The identity was refused";
            case SERVICE_UNAVAILABLE -> "The token service does not answer";
            case INVALID_RESPONSE -> "The token service gave an invalid answer";
            case INVALID_CONFIGURATION -> "A setting is wrong";
            case TIMED_OUT -> "The token did not arrive in time";
            case INTERRUPTED -> "The request for a token was interrupted";
        };
    }

    /** The remedy, split into plain text and commands. */
    public List<Advice.Part> advice() {
        return Advice.parts(remedy);
    }

    /** The attempts that have a remedy. They help if the problem itself has none. */
    public List<Attempt> ways() {
        return attempts.stream().filter(attempt -> !attempt.remedy().isEmpty()).toList();
    }

    /** The remedy, or else the remedies of all attempts in one text; empty if there are none. */
    public String whatToDo() {
        return remedy.isEmpty()
                ? ways().stream().map(way -> way.source() + ": " + way.remedy()).collect(Collectors.joining(" "))
                : remedy;
    }

    /**
     * Writes a warning to the log, unless it is only that something was not found. The same warning is written once a
     * minute at most, so that a storage account that fails does not fill the disk.
     */
    public void log() {
        if (status.value() == 404 || status.value() == 400) {
            return;
        }
        if (LOGGED.isNew(kind + reason)) {
            log.warn("{}: {}. {}", title, reason, whatToDo());
        }
    }

    /** The problem for programs (RFC 9457). */
    public ProblemDetail toProblemDetail() {
        String advice = whatToDo();
        ProblemDetail detail =
                ProblemDetail.forStatusAndDetail(status, advice.isEmpty() ? reason + "." : reason + ". " + advice);
        detail.setType(URI.create("urn:podidentity:problem:" + kind));
        detail.setTitle(title);
        if (!advice.isEmpty()) {
            detail.setProperty("remedy", advice);
        }
        if (!attempts.isEmpty()) {
            detail.setProperty("attempts", attempts);
        }
        return detail;
    }
}
