package io.podidentity.tokenprovider.internal.engine;

import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.TokenAttempt;
import io.podidentity.tokenprovider.internal.chain.SourceDescriptor;
import io.podidentity.tokenprovider.internal.text.Excerpt;
import io.podidentity.tokenprovider.internal.text.HelpPage;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Failures of a call, as opposed to those of a source. */
final class Failures {
    private static final int MAX_LENGTH = 800;
    private static final int MAX_RESOURCE = 120;
    private static final int MAX_LINES = 16;
    private static final int MAX_CAUSES = 8;
    private static final String LINE = "\n  ";
    private static final String READ_ON = LINE + "More: ";

    private Failures() {}

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
        boolean dependsOnTime =
                code == Code.NO_SOURCE_AVAILABLE || code == Code.SERVICE_UNAVAILABLE || code == Code.TIMED_OUT;
        return limit <= allowed || !dependsOnTime;
    }

    static TokenAcquisitionException interrupted(String resource, InterruptedException e) {
        return ofCall(
                new TokenAcquisitionException(Code.INTERRUPTED, "the calling thread was interrupted", "", e),
                resource,
                List.of());
    }

    static TokenAcquisitionException timedOut(String resource, Duration limit, List<TokenAttempt> attempts) {
        String reason = "no source answered within " + limit.toMillis() + " ms";
        String remedy = "Allow a longer deadline.";
        return ofCall(
                new TokenAcquisitionException(Code.TIMED_OUT, reason, remedy),
                resource,
                attempts,
                attempts.isEmpty() ? "" : reason + ". " + remedy);
    }

    /**
     * What a source threw that is no failure of a source: an exception, checked or not, or an error. Errors are no
     * exception to that, since the thread is the library's own, and what its callers are told nobody else could. What
     * may pass by itself, or was caused by what may, is {@link Code#SERVICE_UNAVAILABLE}.
     */
    static TokenAcquisitionException thrownBy(Throwable thrown) {
        boolean passing = false;
        Throwable cause = thrown;
        for (int i = 0; cause != null && !passing && i < MAX_CAUSES; i++) {
            passing = isPassing(cause);
            cause = cause.getCause();
        }
        return new TokenAcquisitionException(
                passing ? Code.SERVICE_UNAVAILABLE : Code.INVALID_CONFIGURATION,
                "it threw " + thrown.getClass().getName(),
                "Let it throw a TokenAcquisitionException, whose reason is shown; nothing else that is thrown is.",
                withoutText(thrown));
    }

    /** Whether the same call may succeed later with nothing changed. */
    private static boolean isPassing(Throwable thrown) {
        return thrown instanceof IOException
                || thrown instanceof InterruptedException
                || thrown instanceof OutOfMemoryError
                || thrown instanceof TimeoutException
                || (thrown instanceof TokenAcquisitionException failure && failure.isTransient());
    }

    /**
     * Where something was thrown and what, with what caused it; the texts are left out, since nobody knows what is in
     * them.
     */
    private static Throwable withoutText(Throwable thrown) {
        return withoutText(thrown, MAX_CAUSES);
    }

    private static Throwable withoutText(Throwable thrown, int causes) {
        Throwable cause = thrown.getCause();
        Throwable shownCause = cause == null || causes == 0 ? null : withoutText(cause, causes - 1);
        Exception shown = new Exception(thrown.getClass().getName(), shownCause);
        shown.setStackTrace(thrown.getStackTrace());
        return shown;
    }

    static TokenAcquisitionException answeredNull() {
        return new TokenAcquisitionException(
                Code.INVALID_CONFIGURATION, "it answered null", "Let it answer Unavailable in place of null.");
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
    static TokenAcquisitionException tooManyGivenUp(String resource, int givenUp) {
        String reason = givenUp + " earlier requests were given up and still hang";
        String remedy = "A thread dump shows where: the threads named token-provider.";
        return ofCall(new TokenAcquisitionException(Code.SERVICE_UNAVAILABLE, reason, remedy), resource, List.of());
    }

    /** A failure of a while ago, whose server wants not to be asked again yet. */
    static TokenAcquisitionException remembered(String resource, TokenAcquisitionException failure, Duration left) {
        TokenAcquisitionException again = new TokenAcquisitionException(
                failure.code(), failure.reason(), failure.remedy(), failure.getCause(), left);
        String note = "Not asked again for another " + (left.toMillis() + 999) / 1000 + " s, as the server wishes.";
        return ofCall(again, resource, failure.attempts(), note);
    }

    private static TokenAcquisitionException ofCall(
            TokenAcquisitionException failure, String resource, List<TokenAttempt> attempts, String note) {
        return failure.ofCall(message(resource, failure, attempts, note), attempts);
    }

    /**
     * A headline, a line for each source that was asked, where to read on; 800 characters at most.
     *
     * @param note what there is to say beside the sources' own reasons; may be empty
     */
    private static String message(
            String resource, TokenAcquisitionException failure, List<TokenAttempt> attempts, String note) {
        StringBuilder message = new StringBuilder("No token for ")
                .append(Excerpt.of(resource, MAX_RESOURCE))
                .append(" (")
                .append(failure.code())
                .append(").");
        // A call that was late has its own section; a source that was late by itself is in the source's.
        boolean late = failure.code() == TokenAcquisitionException.Code.TIMED_OUT && !note.isEmpty();
        String readOn = readOn(failure.code(), late ? List.of() : attempts);
        List<String> lines = lines(failure, attempts, note);
        int room = MAX_LENGTH - message.length() - readOn.length() - lines.size() * LINE.length();
        int longest = longest(lines, room);
        for (String line : lines) {
            message.append(LINE).append(Excerpt.of(line, longest));
        }
        return message.append(readOn).toString();
    }

    /** A line for each source that was asked; of more than anybody reads the last, where the one that failed is. */
    private static List<String> lines(TokenAcquisitionException failure, List<TokenAttempt> attempts, String note) {
        List<String> lines = new ArrayList<>();
        for (TokenAttempt attempt : attempts) {
            if (attempt.state() != TokenAttempt.State.NOT_TRIED) {
                lines.add(attempt.toString());
            }
        }
        if (lines.isEmpty()) {
            lines.add(failure.reason() + ". " + failure.remedy());
        }
        if (!note.isEmpty()) {
            lines.add(note);
        }
        return lines.subList(Math.max(0, lines.size() - MAX_LINES), lines.size());
    }

    /** How long a line may be, so that all of them fit: what short ones leave is for the long ones. */
    private static int longest(List<String> lines, int room) {
        int longest = room;
        while (longest > 0 && length(lines, longest) > room) {
            longest--;
        }
        return longest;
    }

    private static int length(List<String> lines, int longest) {
        int length = 0;
        for (String line : lines) {
            length += Math.min(line.length(), longest);
        }
        return length;
    }

    /** Where to read on: the section on the source that failed, else on what all of them lack; empty without one. */
    private static String readOn(Code code, List<TokenAttempt> attempts) {
        String anchor = anchor(code, attempts);
        return anchor == null ? "" : READ_ON + HelpPage.link(anchor);
    }

    private static @Nullable String anchor(Code code, List<TokenAttempt> attempts) {
        for (TokenAttempt attempt : attempts) {
            if (attempt.state() == TokenAttempt.State.FAILED) {
                SourceDescriptor known = SourceDescriptor.of(attempt.source());
                return known == null ? null : known.anchor();
            }
        }
        // These two are always those of a source, which has a section of its own.
        boolean ofASource = code == Code.REFUSED || code == Code.INVALID_RESPONSE;
        return ofASource ? null : code.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
