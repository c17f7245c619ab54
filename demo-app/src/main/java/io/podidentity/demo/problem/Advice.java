package io.podidentity.demo.problem;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Splits an advice into plain text and commands, which are between single quotes. */
public final class Advice {
    /**
     * Matches quotes only at the start or end of a word, so that the apostrophe in "the pod's label" is not taken for
     * one.
     */
    private static final Pattern QUOTED = Pattern.compile("(?<![\\p{L}\\p{N}])'([^']+)'(?![\\p{L}\\p{N}])");

    private Advice() {}

    /**
     * A piece of an advice.
     *
     * @param text the piece, without its quotes
     * @param command whether it is a command
     */
    public record Part(String text, boolean command) {}

    /**
     * The pieces of an advice, in order; none if the advice is empty. A full stop directly after a command is dropped.
     */
    public static List<Part> parts(String advice) {
        List<Part> parts = new ArrayList<>();
        Matcher quoted = QUOTED.matcher(advice);
        int end = 0;
        while (quoted.find()) {
            prose(advice.substring(end, quoted.start()), parts);
            parts.add(new Part(quoted.group(1), true));
            end = quoted.end();
        }
        String rest = advice.substring(end);
        prose(end > 0 && rest.equals(".") ? "" : rest, parts);
        return parts;
    }

    private static void prose(String text, List<Part> parts) {
        if (!text.isEmpty()) {
            parts.add(new Part(text, false));
        }
    }
}
