// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.check;

import io.podidentity.emulator.cluster.ObjectRef;
import io.podidentity.emulator.json.Json;
import io.podidentity.emulator.manifest.Skipped;
import io.podidentity.podid.check.rule.About;
import io.podidentity.podid.check.rule.Finding;
import io.podidentity.podid.check.rule.Severity;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Findings for programs. */
final class JsonFindings {

    private static final About NOT_LOOKED_AT = About.of(Severity.INFO, "", "not-looked-at");

    private JsonFindings() {}

    /** An array, a finding in each line, and after them what was not looked at, of a rule that is none. */
    static String of(List<Finding> findings, List<Skipped> missed) {
        return Stream.concat(findings.stream(), missed.stream().map(JsonFindings::finding))
                .map(JsonFindings::object)
                .map(Json::write)
                .collect(Collectors.joining(",\n ", "[", "]"));
    }

    private static Finding finding(Skipped missed) {
        return new Finding(
                NOT_LOOKED_AT,
                NOT_LOOKED_AT.severity(),
                missed.position(),
                ObjectRef.ofDocument(""),
                "",
                missed.reason(),
                "",
                List.of());
    }

    private static Map<String, Object> object(Finding finding) {
        var object = new LinkedHashMap<String, Object>();
        object.put("id", finding.about().id());
        object.put("rule", finding.about().rule());
        object.put("severity", finding.severity().id());
        object.put("file", finding.position().file());
        object.put("line", finding.position().line());
        object.put("column", finding.position().column());
        object.put("object", finding.object().toString());
        object.put("message", finding.message());
        object.put("remedy", finding.remedy());
        return object;
    }
}
