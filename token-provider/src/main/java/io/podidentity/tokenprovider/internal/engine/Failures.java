// SPDX-License-Identifier: Apache-2.0
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

/**
 * Makes the exceptions that callers get. A source's own failure says what happened at that source; the failure of a
 * call also has a headline, a line for each source that was asked, and a link to the page that helps.
 */
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

    /** The same failure, with the stack trace of the calling thread. */
    static TokenAcquisitionException withOwnStackTrace(TokenAcquisitionException failure) {
        return failure.ofCall(String.valueOf(failure.getMessage()), failure.attempts());
    }

    /**
     * Whether a failure of a request that was allowed to take so long answers a caller with this limit too. A refusal
     * answers all callers. A failure that more time may cure does not answer a caller that allows more time: no source
     * was found, the service was unavailable, or the time was over.
     */
    static boolean isAnswer(TokenAcquisitionException failure, long allowed, long limit) {
        Code code = failure.code();
        boolean dependsOnTime =
                code == Code.NO_SOURCE_AVAILABLE || code == Code.SERVICE_UNAVAILABLE || code == Code.TIMED_OUT;
        return limit <= allowed || !dependsOnTime;
    }

    static TokenAcquisitionException ofInterrupt(String resource, InterruptedException e) {
        return ofCall(
                new TokenAcquisitionException(Code.INTERRUPTED, "the calling thread was interrupted", "", e),
                resource,
                List.of());
    }

    static TokenAcquisitionException timedOut(String resource, Duration limit, List<TokenAttempt> attempts) {
        String reason = "no source answered within " + limit.toMillis() + " ms";
        String remedy = "Allow a longer deadline.";
        String note = "";
        if (!attempts.isEmpty()) {
            note = reason + ". " + remedy;
        }
        return ofCall(new TokenAcquisitionException(Code.TIMED_OUT, reason, remedy), resource, attempts, note);
    }

    /**
     * The failure of a source that threw something else than a {@link TokenAcquisitionException}: an exception, checked
     * or not, or an error. Errors are caught too, because the thread is the library's own and nobody else could tell
     * its callers. If the exception or one of its causes may pass by itself, the code is {@link
     * Code#SERVICE_UNAVAILABLE}.
     */
    static TokenAcquisitionException thrownBy(Throwable thrown) {
        Code code = Code.INVALID_CONFIGURATION;
        Throwable cause = thrown;
        for (int i = 0; cause != null && i < MAX_CAUSES; i++) {
            if (mayPass(cause)) {
                code = Code.SERVICE_UNAVAILABLE;
            }
            cause = cause.getCause();
        }
        return new TokenAcquisitionException(
                code,
                "it threw " + thrown.getClass().getName(),
                "Let it throw a TokenAcquisitionException, whose reason is shown; nothing else that is thrown is.",
                withoutText(thrown, MAX_CAUSES));
    }

    /** Whether the same call may succeed later with nothing changed. */
    private static boolean mayPass(Throwable thrown) {
        return thrown instanceof IOException
                || thrown instanceof InterruptedException
                || thrown instanceof OutOfMemoryError
                || thrown instanceof TimeoutException
                || (thrown instanceof TokenAcquisitionException failure && failure.isTransient());
    }

    /**
     * A copy that shows the class, the stack trace and the causes of a throwable, but no text: a message may hold a
     * secret.
     *
     * @param causes how many causes are shown at most
     */
    private static Throwable withoutText(Throwable thrown, int causes) {
        Throwable cause = thrown.getCause();
        Throwable shownCause = null;
        if (cause != null && causes > 0) {
            shownCause = withoutText(cause, causes - 1);
        }
        Exception shown = new Exception(thrown.getClass().getName(), shownCause);
        shown.setStackTrace(thrown.getStackTrace());
        return shown;
    }

    static TokenAcquisitionException answeredNull() {
        return new TokenAcquisitionException(
                Code.INVALID_CONFIGURATION, "it answered null", "Let it answer Unavailable in place of null.");
    }

    /** The failure of a request that ended with an exception outside of a source's answer, such as in its name. */
    static TokenAcquisitionException ofUnexpected(String resource, Throwable thrown) {
        String reason = "a source ended with " + thrown.getClass().getName();
        return ofCall(
                new TokenAcquisitionException(Code.INVALID_CONFIGURATION, reason, "", withoutText(thrown, MAX_CAUSES)),
                resource,
                List.of());
    }

    /** The failure of a request without a thread: the system has none, or the program's executor takes no more. */
    static TokenAcquisitionException noThread(String resource, Throwable cause) {
        String reason =
                "no thread could be had to ask a source (" + cause.getClass().getSimpleName() + ")";
        String remedy = "A thread dump shows who has them all; the limits are those of the container and of its user.";
        return ofCall(
                new TokenAcquisitionException(Code.SERVICE_UNAVAILABLE, reason, remedy, withoutText(cause, MAX_CAUSES)),
                resource,
                List.of());
    }

    /** The failure of a call in a slot that begins no more requests, because so many were given up and still hang. */
    static TokenAcquisitionException tooManyGivenUp(String resource, int givenUp) {
        String reason = givenUp + " earlier requests were given up and still hang";
        String remedy = "A thread dump shows where: the threads named token-provider.";
        return ofCall(new TokenAcquisitionException(Code.SERVICE_UNAVAILABLE, reason, remedy), resource, List.of());
    }

    /** A failure of a while ago, for a call that comes before the end of the wait that the server named. */
    static TokenAcquisitionException duringServersWait(
            String resource, TokenAcquisitionException failure, Duration left) {
        TokenAcquisitionException again = new TokenAcquisitionException(
                failure.code(), failure.reason(), failure.remedy(), failure.getCause(), left);
        String note = "Not asked again for another " + (left.toMillis() + 999) / 1000 + " s, as the server wishes.";
        return ofCall(again, resource, failure.attempts(), note);
    }

    private static TokenAcquisitionException ofCall(
            TokenAcquisitionException failure, String resource, List<TokenAttempt> attempts, String note) {
        return failure.ofCall(writeMessage(resource, failure, attempts, note), attempts);
    }

    /**
     * Writes a message of at most 800 characters: a headline, a line for each source that was asked, and a link.
     *
     * @param note a sentence in addition to the reasons of the sources; may be empty
     */
    private static String writeMessage(
            String resource, TokenAcquisitionException failure, List<TokenAttempt> attempts, String note) {
        StringBuilder message = new StringBuilder("No token for ")
                .append(Excerpt.of(resource, MAX_RESOURCE))
                .append(" (")
                .append(failure.code())
                .append(").");
        String link = linkLine(failure.code(), attempts, note);
        List<String> lines = writeLines(failure, attempts, note);
        int room = MAX_LENGTH - message.length() - link.length() - lines.size() * LINE.length();
        int longest = fitLength(lines, room);
        for (String line : lines) {
            message.append(LINE).append(Excerpt.of(line, longest));
        }
        return message.append(link).toString();
    }

    /**
     * A line for each source that was asked. Of a very long chain the last ones, among which is the one that failed.
     */
    private static List<String> writeLines(
            TokenAcquisitionException failure, List<TokenAttempt> attempts, String note) {
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

    /** How long a line may be so that all lines fit. The room that short lines leave is for the long ones. */
    private static int fitLength(List<String> lines, int room) {
        int longest = room;
        while (longest > 0 && totalLength(lines, longest) > room) {
            longest--;
        }
        return longest;
    }

    private static int totalLength(List<String> lines, int longest) {
        int length = 0;
        for (String line : lines) {
            length += Math.min(line.length(), longest);
        }
        return length;
    }

    /** The line with the link to the section that helps; empty if there is no such section. */
    private static String linkLine(Code code, List<TokenAttempt> attempts, String note) {
        String anchor = findAnchor(code, attempts, note);
        if (anchor.isEmpty()) {
            return "";
        }
        return READ_ON + HelpPage.link(anchor);
    }

    private static String findAnchor(Code code, List<TokenAttempt> attempts, String note) {
        // The note says that the call itself was late. If a source reports a timeout, there is no note, and the
        // section on that source helps.
        boolean isLateCall = code == Code.TIMED_OUT && !note.isEmpty();
        for (TokenAttempt attempt : attempts) {
            if (attempt.state() == TokenAttempt.State.FAILED && !isLateCall) {
                return SourceDescriptor.findAnchor(attempt.source());
            }
        }
        // Only a source fails with one of these codes. If the library does not know that source, no section helps.
        if (code == Code.REFUSED || code == Code.INVALID_RESPONSE) {
            return "";
        }
        return code.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
