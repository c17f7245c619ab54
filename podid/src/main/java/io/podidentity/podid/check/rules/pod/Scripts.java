package io.podidentity.podid.check.rules.pod;

import io.podidentity.podid.check.rule.Scene;
import io.podidentity.podid.check.source.Spot;
import java.util.ArrayList;
import java.util.List;

/** The calls of pods, and of scripts in config maps. */
final class Scripts {

    private Scripts() {}

    static List<MetadataCall> all(Scene scene) {
        var calls = new ArrayList<MetadataCall>();
        scene.pods().forEach(pod -> calls.addAll(MetadataCall.of(pod)));
        for (Spot map : scene.kind("ConfigMap")) {
            for (Spot text : map.at("data").fields()) {
                if (text.text().contains("curl") || text.text().startsWith("#!")) {
                    calls.addAll(MetadataCall.ofScript(text, text.text()));
                }
            }
        }
        return calls;
    }
}
