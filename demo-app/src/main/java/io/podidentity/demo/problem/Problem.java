package io.podidentity.demo.problem;

import io.podidentity.tokenprovider.TokenAcquisitionException;
import java.net.URI;
import java.util.List;
import java.util.stream.Collectors;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;

/**
 * What went wrong, why, and what to do next. No token is in it.
 *
 * @param status the status that the API answers with
 * @param kind a kebab-case name of the kind of problem, which becomes the type of the problem details
 * @param title the problem in a few words
 * @param reason why, one sentence without a full stop
 * @param remedy what to do next, commands between single quotes; may be empty
 * @param attempts what became of each token source; empty when the token is not the problem
 */
public record Problem(
        HttpStatus status, String kind, String title, String reason, String remedy, List<Attempt> attempts) {

    /** A problem that has nothing to do with tokens. */
    public Problem(HttpStatus status, String kind, String title, String reason, String remedy) {
        this(status, kind, title, reason, remedy, List.of());
    }

    /** There is no token. */
    public static Problem of(TokenAcquisitionException failure) {
        return new Problem(
                HttpStatus.SERVICE_UNAVAILABLE,
                "no-token",
                title(failure.code()),
                failure.reason(),
                failure.remedy(),
                Attempt.of(failure.attempts()));
    }

    private static String title(TokenAcquisitionException.Code code) {
        return switch (code) {
            case NO_SOURCE_AVAILABLE -> "Nobody is signed in here";
            case REFUSED -> "The identity was refused";
            case SERVICE_UNAVAILABLE -> "The token service does not answer";
            case INVALID_RESPONSE -> "The token service's answer makes no sense";
            case INVALID_CONFIGURATION -> "A setting is wrong";
            case TIMED_OUT -> "There was no token in time";
            case INTERRUPTED -> "The request for a token was interrupted";
        };
    }

    /** The remedy with its commands told apart. */
    public List<Advice.Part> advice() {
        return Advice.parts(remedy);
    }

    /** The attempts that know what to do; what helps when the problem has no one remedy of its own. */
    public List<Attempt> ways() {
        return attempts.stream().filter(attempt -> !attempt.remedy().isEmpty()).toList();
    }

    /** The remedy, or those of the attempts, in one text; empty when nothing is known. */
    public String whatToDo() {
        return remedy.isEmpty()
                ? ways().stream().map(way -> way.source() + ": " + way.remedy()).collect(Collectors.joining(" "))
                : remedy;
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
