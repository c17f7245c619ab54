package io.podidentity.podid.migrate;

import io.podidentity.podid.migrate.edit.SourceObject;
import io.podidentity.podid.migrate.edit.YamlText;
import io.podidentity.podid.migrate.plan.AccountMove;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The manifest of a new service account. */
final class NewAccount {

    private NewAccount() {}

    /** @param beside in whose file it is written, with a namespace if that has one; null for a file of its own */
    static String text(
            String name, AccountMove account, Map<String, String> annotations, @Nullable SourceObject beside) {
        var text = new StringBuilder("apiVersion: v1\nkind: ServiceAccount\nmetadata:\n");
        text.append("  name: ").append(YamlText.of(name)).append('\n');
        String namespace = account.name().namespace();
        boolean isWritten = beside == null || !beside.namespace().isEmpty();
        if (isWritten) {
            text.append("  namespace: ").append(YamlText.of(namespace)).append('\n');
        }
        text.append(annotations.isEmpty() ? "" : "  annotations:\n");
        annotations.forEach((key, value) -> text.append("    ")
                .append(key)
                .append(": ")
                .append(YamlText.of(value))
                .append('\n'));
        if (!account.pullSecrets().isEmpty()) {
            text.append("imagePullSecrets:\n");
            account.pullSecrets()
                    .forEach(secret -> text.append("  - name: ")
                            .append(YamlText.of(secret))
                            .append('\n'));
        }
        return text.toString();
    }
}
