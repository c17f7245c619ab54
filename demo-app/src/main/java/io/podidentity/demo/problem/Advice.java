package io.podidentity.demo.problem;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What to do, cut into prose and the commands that stand in it between single quotes. */
public final class Advice {
    /** A quote that opens no word and closes none, so that the apostrophe of "the pod's label" is not one. */
    private static final Pattern QUOTED = Pattern.compile("(?<![\\p{L}\\p{N}])'([^']+)'(?![\\p{L}\\p{N}])");

    private Advice() {}

    /**
     * A piece of an advice.
     *
     * @param text the piece, without its quotes
     * @param command whether it is to be typed, not read
     */
    public record Part(String text, boolean command) {}

    /** The pieces of an advice in their order; none of an empty one, and no full stop after a command. */
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
