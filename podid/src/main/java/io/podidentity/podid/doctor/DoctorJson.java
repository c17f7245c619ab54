package io.podidentity.podid.doctor;

import io.podidentity.emulator.json.Json;
import io.podidentity.podid.check.rule.Finding;
import io.podidentity.podid.doctor.Diagnosis.Workload;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A diagnosis for programs. */
final class DoctorJson {

    private DoctorJson() {}

    static String of(Diagnosis diagnosis) {
        var object = new LinkedHashMap<String, Object>();
        object.put("verdict", diagnosis.verdict().name().toLowerCase(Locale.ROOT));
        object.put("namespace", diagnosis.namespace());
        object.put("profile", diagnosis.profile().id());
        object.put("reason", diagnosis.reason());
        object.put(
                "workloads",
                diagnosis.workloads().stream().map(DoctorJson::workload).toList());
        object.put(
                "findings",
                diagnosis.findings().stream()
                        .map(finding -> finding(finding, diagnosis.places()))
                        .toList());
        object.put(
                "missingRights",
                diagnosis.missing().stream().map(DoctorJson::missing).toList());
        return Json.write(object);
    }

    private static Map<String, Object> workload(Workload workload) {
        var object = new LinkedHashMap<String, Object>();
        object.put("object", workload.object());
        List<Map<String, Object>> links =
                workload.links().stream().map(DoctorJson::link).toList();
        object.put("links", links);
        return object;
    }

    private static Map<String, Object> link(Link link) {
        var object = new LinkedHashMap<String, Object>();
        object.put("name", link.name());
        object.put("state", link.state().id());
        object.put("what", link.what());
        object.put("next", link.next());
        return object;
    }

    private static Map<String, Object> finding(Finding finding, LiveText places) {
        var object = new LinkedHashMap<String, Object>();
        object.put("id", finding.about().id());
        object.put("rule", finding.about().rule());
        object.put("severity", finding.severity().id());
        object.put("object", finding.object());
        object.put("field", places.path(finding.position().line()));
        object.put("message", places.named(finding.message()));
        object.put("remedy", places.named(finding.remedy()));
        return object;
    }

    private static Map<String, Object> missing(MissingRight missing) {
        var object = new LinkedHashMap<String, Object>();
        object.put("what", missing.what());
        object.put("why", missing.why());
        object.put("remedy", missing.remedy().orElse(""));
        return object;
    }
}
