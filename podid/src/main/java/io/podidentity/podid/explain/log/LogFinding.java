package io.podidentity.podid.explain.log;

import java.util.List;

/**
 * A known line that stands in a log.
 *
 * @param first the number of the first line, from 1
 * @param last the number of the last one
 * @param count how many lines say the same
 * @param text the first of them, fit to be shown
 * @param passedOnBy components that the line names beside the one in which it arose
 */
public record LogFinding(
        KnownLine known, Names names, int first, int last, int count, String text, List<String> passedOnBy) {

    LogFinding again(int line) {
        return new LogFinding(known, names, first, line, count + 1, text, passedOnBy);
    }

    boolean is(KnownLine.Kind kind) {
        return known.kind() == kind;
    }

    /** What has happened, in a sentence without a full stop. */
    public String says() {
        return names.in(known.says());
    }

    List<String> why() {
        return known.why().stream().map(names::in).toList();
    }

    /** What to do: commands and sentences. */
    public List<String> next() {
        return known.next().stream().map(names::inCommand).toList();
    }
}
