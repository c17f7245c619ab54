package io.podidentity.tokenprovider.internal.engine;

import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.TokenAttempt;
import io.podidentity.tokenprovider.internal.chain.SourceDescriptor;
import io.podidentity.tokenprovider.internal.text.Excerpt;
import io.podidentity.tokenprovider.internal.text.HelpPage;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The text of a failure: a headline, a line for each source that was asked, where to read on; 800 characters at most.
 */
final class FailureMessage {
    private static final int MAX_LENGTH = 800;
    private static final int MAX_RESOURCE = 120;
    private static final int MAX_LINES = 16;
    private static final String LINE = "\n  ";
    private static final String READ_ON = LINE + "More: ";

    private FailureMessage() {}

    /**
     * @param note what there is to say beside the sources' own reasons; may be empty
     */
    static String of(String resource, TokenAcquisitionException failure, List<TokenAttempt> attempts, String note) {
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
