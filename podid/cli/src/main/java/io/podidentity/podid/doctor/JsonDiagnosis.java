// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.doctor;

import io.podidentity.emulator.json.Json;
import io.podidentity.podid.check.rule.Finding;
import io.podidentity.podid.doctor.Diagnosis.Workload;
import io.podidentity.podid.doctor.Live.MissingRight;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** Prints a diagnosis for programs. */
final class JsonDiagnosis {

    private JsonDiagnosis() {}

    static String write(Diagnosis diagnosis) {
        var json = new LinkedHashMap<String, Object>();
        json.put("verdict", diagnosis.verdict().name().toLowerCase(Locale.ROOT));
        json.put("namespace", diagnosis.namespace());
        json.put("profile", diagnosis.profile().id());
        json.put("reason", diagnosis.reason());
        json.put(
                "workloads",
                diagnosis.workloads().stream().map(JsonDiagnosis::describe).toList());
        json.put(
                "findings",
                diagnosis.findings().stream()
                        .map(finding -> describe(finding, diagnosis.places()))
                        .toList());
        json.put(
                "missingRights",
                diagnosis.missing().stream().map(JsonDiagnosis::describe).toList());
        return Json.write(json);
    }

    private static Map<String, Object> describe(Workload workload) {
        var json = new LinkedHashMap<String, Object>();
        json.put("object", workload.object().toString());
        json.put("links", workload.links().stream().map(JsonDiagnosis::describe).toList());
        return json;
    }

    private static Map<String, Object> describe(Link link) {
        var json = new LinkedHashMap<String, Object>();
        json.put("name", link.name());
        json.put("state", link.state().id());
        json.put("what", link.what());
        json.put("next", link.next());
        return json;
    }

    private static Map<String, Object> describe(Finding finding, LiveText places) {
        var json = new LinkedHashMap<String, Object>();
        json.put("id", finding.about().id());
        json.put("rule", finding.about().rule());
        json.put("severity", finding.severity().id());
        json.put("object", finding.object().toString());
        json.put("field", places.pathOfLine(finding.position().line()));
        json.put("message", places.translate(finding.message()));
        json.put("remedy", places.translate(finding.remedy()));
        return json;
    }

    private static Map<String, Object> describe(MissingRight right) {
        var json = new LinkedHashMap<String, Object>();
        json.put("what", right.what());
        json.put("why", right.why());
        json.put("remedy", right.remedy());
        return json;
    }
}
