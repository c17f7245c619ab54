package io.podidentity.podid.explain.log;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What a log says, for programs. */
public final class LogJson {

    private LogJson() {}

    /** Lines, those that are known, and an object for each finding. */
    public static Map<String, Object> of(LogReading reading) {
        var object = new LinkedHashMap<String, Object>();
        object.put("lines", reading.lines());
        object.put("known", reading.known());
        List<Map<String, Object>> findings =
                reading.findings().stream().map(LogJson::finding).toList();
        object.put("findings", findings);
        return object;
    }

    private static Map<String, Object> finding(LogFinding finding) {
        KnownLine known = finding.known();
        var object = new LinkedHashMap<String, Object>();
        object.put("id", known.id());
        object.put("component", known.from());
        object.put("kind", known.kind().name().toLowerCase(Locale.ROOT));
        object.put("line", finding.first());
        object.put("lastLine", finding.last());
        object.put("count", finding.count());
        object.put("text", finding.text());
        object.put("says", finding.says());
        object.put("passedOnBy", finding.passedOnBy());
        object.put("why", finding.why());
        object.put("do", finding.next());
        object.put("more", List.of(known.more(), known.link()));
        return object;
    }
}
