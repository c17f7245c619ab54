package io.podidentity.podid.explain.log;

import java.util.List;
import java.util.regex.Pattern;

/**
 * A line that some component is known to write, and what it means. Immutable.
 *
 * @param id in kebab case, part of links
 * @param from the component in which it arose
 * @param kind whether something must be done
 * @param pattern found in the message; its named groups are what {@code {name}} stands for in the texts
 * @param example a whole line
 * @param says what has happened, in a sentence without a full stop
 * @param why likely causes, the likeliest first
 * @param next what to do: commands, or sentences
 * @param more a page or an issue upstream
 */
public record KnownLine(
        String id,
        String from,
        Kind kind,
        Pattern pattern,
        String example,
        String says,
        List<String> why,
        List<String> next,
        String more) {

    public enum Kind {
        /** Something is wrong. */
        PROBLEM,
        /** Follows from another line, or only matters beside one. */
        NOTE,
        /** All is well. */
        OK
    }

    private static final String PAGE = "https://github.com/pod-identity/pod-identity-java/blob/main/docs/logs.md#";

    public KnownLine {
        why = List.copyOf(why);
        next = List.copyOf(next);
    }

    /** Where our own documents say the same. */
    String link() {
        return PAGE + id;
    }
}
