// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.migrate;

import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.podid.text.YamlText;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What becomes of one service account.
 *
 * @param insteadOf the account that its pods run as today; itself if that stays
 * @param pullSecrets of that account, which a new one needs too
 * @param roleBindings of that account, which a new one is not part of, with their places
 */
record AccountMove(
        ObjectName name,
        Map<String, String> annotations,
        How how,
        ObjectName insteadOf,
        List<String> pullSecrets,
        List<String> roleBindings) {

    enum How {
        /** A manifest defines it; it gets annotations. */
        ANNOTATE,
        /** Pods run as it, but no manifest defines it: the new manifest is merged into what the cluster has. */
        DEFINE,
        CREATE
    }

    /** @param written its name as it is written, and its annotations but for those of single environments */
    String manifest(String written, Map<String, String> common, boolean withNamespace) {
        Map<String, Object> metadata = new LinkedHashMap<>(Map.of("name", written));
        if (withNamespace) {
            metadata.put("namespace", name.namespace());
        }
        if (!common.isEmpty()) {
            metadata.put("annotations", common);
        }
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("apiVersion", "v1");
        object.put("kind", "ServiceAccount");
        object.put("metadata", metadata);
        if (!pullSecrets.isEmpty()) {
            object.put(
                    "imagePullSecrets",
                    pullSecrets.stream().map(one -> Map.of("name", one)).toList());
        }
        return YamlText.block(object, 0);
    }
}
