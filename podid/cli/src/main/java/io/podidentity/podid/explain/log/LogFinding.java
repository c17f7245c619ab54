// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.explain.log;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A known line that a log has, once or several times. Immutable.
 *
 * @param names what the lines name
 * @param first the number of the first such line of the log, from 1
 * @param last the number of the last one
 * @param count how many there are
 * @param text the first of them, fit to be shown
 * @param passedOnBy components that the line names in addition to the one in which it arose
 */
public record LogFinding(
        KnownLine known, LineNames names, int first, int last, int count, String text, List<String> passedOnBy) {

    /** The same with one more line, which is the last one now. */
    LogFinding withLine(int number) {
        return new LogFinding(known, names, first, number, count + 1, text, passedOnBy);
    }

    boolean isProblem() {
        return known.kind() == KnownLine.Kind.PROBLEM;
    }

    /** What has happened, in a sentence without a full stop. */
    public String says() {
        return names.fillIn(known.says());
    }

    List<String> why() {
        return known.why().stream().map(names::fillIn).toList();
    }

    /** What to do: commands, or sentences. */
    public List<String> next() {
        return known.next().stream().map(names::fillInCommand).toList();
    }

    Map<String, Object> json() {
        var object = new LinkedHashMap<String, Object>();
        object.put("id", known.id());
        object.put("component", known.from());
        object.put("kind", known.kind().name().toLowerCase(Locale.ROOT));
        object.put("line", first);
        object.put("lastLine", last);
        object.put("count", count);
        object.put("text", text);
        object.put("says", says());
        object.put("passedOnBy", passedOnBy);
        object.put("why", why());
        object.put("do", next());
        object.put("more", List.of(known.more(), known.link()));
        return object;
    }
}
