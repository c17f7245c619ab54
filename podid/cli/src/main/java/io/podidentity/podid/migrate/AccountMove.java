// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.migrate;

import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.podid.text.YamlText;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What becomes of one service account. Immutable.
 *
 * @param insteadOf the account that its pods run as today; the same as {@code name} if the pods keep their account
 * @param pullSecrets the image pull secrets of that account, which a new account needs too
 * @param roleBindings the role bindings that name that account and not the new one, with their positions
 */
record AccountMove(
        ObjectName name,
        Map<String, String> annotations,
        How how,
        ObjectName insteadOf,
        List<String> pullSecrets,
        List<String> roleBindings) {

    /** How a service account gets its annotations. */
    enum How {
        /** A manifest defines the account, and gets annotations. */
        ANNOTATE,
        /** Pods run as the account, but no manifest defines it: kubectl merges the new manifest into the account. */
        DEFINE,
        /** The account is new. */
        CREATE
    }

    /**
     * Writes the manifest of the account.
     *
     * @param writtenName the name without what a kustomization puts around it
     * @param writtenAnnotations the annotations that all environments share; each environment patches its own ones in
     */
    String writeManifest(String writtenName, Map<String, String> writtenAnnotations, boolean withNamespace) {
        Map<String, Object> metadata = new LinkedHashMap<>(Map.of("name", writtenName));
        if (withNamespace) {
            metadata.put("namespace", name.namespace());
        }
        if (!writtenAnnotations.isEmpty()) {
            metadata.put("annotations", writtenAnnotations);
        }
        Map<String, Object> manifest = new LinkedHashMap<>();
        manifest.put("apiVersion", "v1");
        manifest.put("kind", "ServiceAccount");
        manifest.put("metadata", metadata);
        if (!pullSecrets.isEmpty()) {
            manifest.put(
                    "imagePullSecrets",
                    pullSecrets.stream().map(secret -> Map.of("name", secret)).toList());
        }
        return YamlText.block(manifest, 0);
    }
}
