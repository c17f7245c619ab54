package io.podidentity.podid.migrate;

import io.podidentity.podid.migrate.edit.SourceObject;
import io.podidentity.podid.text.YamlText;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The manifest of a new service account. */
final class NewAccount {

    private NewAccount() {}

    /** @param beside in whose file it is written, with a namespace if that has one; null for a file of its own */
    static String text(
            String name, AccountMove account, Map<String, String> annotations, @Nullable SourceObject beside) {
        Map<String, Object> metadata = new LinkedHashMap<>(Map.of("name", name));
        if (beside == null || !beside.namespace().isEmpty()) {
            metadata.put("namespace", account.name().namespace());
        }
        if (!annotations.isEmpty()) {
            metadata.put("annotations", annotations);
        }
        var object = new LinkedHashMap<String, Object>();
        object.put("apiVersion", "v1");
        object.put("kind", "ServiceAccount");
        object.put("metadata", metadata);
        if (!account.pullSecrets().isEmpty()) {
            object.put(
                    "imagePullSecrets",
                    account.pullSecrets().stream()
                            .map(one -> Map.of("name", one))
                            .toList());
        }
        return YamlText.block(object, 0);
    }
}
