package io.podidentity.podid.check.report;

import io.podidentity.emulator.json.Json;
import io.podidentity.podid.check.rule.Finding;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Findings for programs. */
public final class JsonFindings {

    private JsonFindings() {}

    /** An array, a finding in each line. */
    public static String of(List<Finding> findings) {
        return findings.stream()
                .map(finding -> Json.write(object(finding)))
                .collect(Collectors.joining(",\n ", "[", "]"));
    }

    private static Map<String, Object> object(Finding finding) {
        var object = new LinkedHashMap<String, Object>();
        object.put("id", finding.about().id());
        object.put("rule", finding.about().rule());
        object.put("severity", finding.severity().id());
        object.put("file", finding.position().file());
        object.put("line", finding.position().line());
        object.put("column", finding.position().column());
        object.put("object", finding.object());
        object.put("message", finding.message());
        object.put("remedy", finding.remedy());
        return object;
    }
}
