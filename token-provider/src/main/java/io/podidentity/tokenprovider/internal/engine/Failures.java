package io.podidentity.tokenprovider.internal.engine;

import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.TokenAttempt;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** Failures of a call, as opposed to those of a source. */
final class Failures {
    private Failures() {}

    /** The failure of a source as that of a whole call for a resource. */
    static TokenAcquisitionException ofCall(
            TokenAcquisitionException failure, String resource, List<TokenAttempt> attempts) {
        return ofCall(failure, resource, attempts, "");
    }

    /** The same failure for another caller, with that caller's stack trace. */
    static TokenAcquisitionException again(TokenAcquisitionException failure) {
        return failure.ofCall(String.valueOf(failure.getMessage()), failure.attempts());
    }

    /**
     * Whether a failure after so much time is one for a caller with this limit too: a refusal is, that nobody answered
     * is not.
     */
    static boolean isAnswer(TokenAcquisitionException failure, long allowed, long limit) {
        Code code = failure.code();
        return limit <= allowed || (code != Code.NO_SOURCE_AVAILABLE && code != Code.SERVICE_UNAVAILABLE);
    }

    static TokenAcquisitionException interrupted(String resource, InterruptedException e) {
        return ofCall(
                new TokenAcquisitionException(Code.INTERRUPTED, "the calling thread was interrupted", "", e),
                resource,
                List.of());
    }

    /**
     * @param attempts what became of the sources so far
     */
    static TokenAcquisitionException timedOut(String resource, Duration limit, List<TokenAttempt> attempts) {
        String reason = "no source answered within " + limit.toMillis() + " ms";
        String remedy = "Allow a longer deadline.";
        return ofCall(
                new TokenAcquisitionException(Code.TIMED_OUT, reason, remedy, null),
                resource,
                attempts,
                attempts.isEmpty() ? "" : reason + ". " + remedy);
    }

    /**
     * What a source threw that is no failure of a source: an exception, checked or not, or an error. Errors are no
     * exception to that, since the thread is the library's own, and what its callers are told nobody else could. What
     * may pass by itself is {@link Code#SERVICE_UNAVAILABLE}.
     */
    static TokenAcquisitionException thrownBy(Throwable thrown) {
        boolean passing = thrown instanceof IOException
                || thrown instanceof InterruptedException
                || thrown instanceof OutOfMemoryError;
        return new TokenAcquisitionException(
                passing ? Code.SERVICE_UNAVAILABLE : Code.INVALID_CONFIGURATION,
                "it threw " + thrown.getClass().getName(),
                "Let it throw a TokenAcquisitionException, whose reason is shown; nothing else that is thrown is.",
                withoutText(thrown));
    }

    /** Where something was thrown and what; its text is left out, since nobody knows what is in it. */
    private static Throwable withoutText(Throwable thrown) {
        Exception shown = new Exception(thrown.getClass().getName());
        shown.setStackTrace(thrown.getStackTrace());
        return shown;
    }

    /** A source answered null, which its contract does not know. */
    static TokenAcquisitionException answeredNull() {
        return new TokenAcquisitionException(
                Code.INVALID_CONFIGURATION, "it answered null", "Let it answer Unavailable in place of null.", null);
    }

    /** Something was thrown beside the sources' answers, such as by a source's name. */
    static TokenAcquisitionException unexpected(String resource, Throwable thrown) {
        String reason = "a source ended with " + thrown.getClass().getName();
        return ofCall(
                new TokenAcquisitionException(Code.INVALID_CONFIGURATION, reason, "", withoutText(thrown)),
                resource,
                List.of());
    }

    /** There is no thread for a request: the system has none, or the program's executor takes no more. */
    static TokenAcquisitionException noThread(String resource, Throwable cause) {
        String reason =
                "no thread could be had to ask a source (" + cause.getClass().getSimpleName() + ")";
        String remedy = "A thread dump shows who has them all; the limits are those of the container and of its user.";
        return ofCall(
                new TokenAcquisitionException(Code.SERVICE_UNAVAILABLE, reason, remedy, withoutText(cause)),
                resource,
                List.of());
    }

    /** So many requests were given up and have not come back that no more are begun. */
    static TokenAcquisitionException tooManyAbandoned(String resource, int abandoned) {
        String reason = abandoned + " earlier requests were given up and still hang";
        String remedy = "A thread dump shows where: the threads named token-provider.";
        return ofCall(
                new TokenAcquisitionException(Code.SERVICE_UNAVAILABLE, reason, remedy, null), resource, List.of());
    }

    /**
     * A failure of a while ago, whose server wants not to be asked again yet.
     *
     * @param left how long from now on
     */
    static TokenAcquisitionException remembered(String resource, TokenAcquisitionException failure, Duration left) {
        TokenAcquisitionException again = new TokenAcquisitionException(
                failure.code(), failure.reason(), failure.remedy(), failure.getCause(), left);
        String note = "Not asked again for another " + (left.toMillis() + 999) / 1000 + " s, as the server wishes.";
        return ofCall(again, resource, failure.attempts(), note);
    }

    private static TokenAcquisitionException ofCall(
            TokenAcquisitionException failure, String resource, List<TokenAttempt> attempts, String note) {
        return failure.ofCall(FailureMessage.of(resource, failure, attempts, note), attempts);
    }
}
