package io.podidentity.podid.check.rules.pod;

import io.podidentity.podid.check.rule.RuleContext;
import io.podidentity.podid.check.source.FieldLocation;
import java.util.ArrayList;
import java.util.List;

/** The calls of pods, and of scripts in config maps. */
final class Scripts {

    private Scripts() {}

    static List<MetadataCall> all(RuleContext context) {
        var calls = new ArrayList<MetadataCall>();
        context.pods().forEach(pod -> calls.addAll(MetadataCall.of(pod)));
        for (FieldLocation map : context.kind("ConfigMap")) {
            for (FieldLocation text : map.at("data").fields()) {
                if (text.text().contains("curl") || text.text().startsWith("#!")) {
                    calls.addAll(MetadataCall.ofScript(text, text.text()));
                }
            }
        }
        return calls;
    }
}
