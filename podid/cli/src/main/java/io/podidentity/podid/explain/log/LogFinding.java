// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.explain.log;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A known line that stands in a log.
 *
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

    public List<String> next() {
        return known.next().stream().map(names::inCommand).toList();
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
