// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.check.source;

import io.podidentity.emulator.cluster.Cluster;
import io.podidentity.emulator.cluster.Namespace;
import io.podidentity.emulator.cluster.ObjectName;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What the Pod Security level that a namespace enforces forbids a pod, but for AppArmor, SELinux and sysctls.
 *
 * @see <a href="https://kubernetes.io/docs/concepts/security/pod-security-standards/">the standards</a>
 */
public final class PodSecurity {

    private static final String BASELINE = "baseline";
    private static final String RESTRICTED = "restricted";

    private static final Set<String> CAPABILITIES_OF_BASELINE = Set.of(
            "AUDIT_WRITE",
            "CHOWN",
            "DAC_OVERRIDE",
            "FOWNER",
            "FSETID",
            "KILL",
            "MKNOD",
            "NET_BIND_SERVICE",
            "SETFCAP",
            "SETGID",
            "SETPCAP",
            "SETUID",
            "SYS_CHROOT");
    private static final Set<String> CAPABILITIES_OF_RESTRICTED = Set.of("NET_BIND_SERVICE");

    /** The fields that a volume may have under restricted: its name, and one of these types. */
    private static final Set<String> VOLUME_FIELDS_OF_RESTRICTED = Set.of(
            "name",
            "configMap",
            "csi",
            "downwardAPI",
            "emptyDir",
            "ephemeral",
            "persistentVolumeClaim",
            "projected",
            "secret");

    private final FieldLocation spec;
    private final boolean isRestricted;
    private final List<String> violations = new ArrayList<>();

    private PodSecurity(FieldLocation spec, boolean isRestricted) {
        this.spec = spec;
        this.isRestricted = isRestricted;
    }

    /** Why the API server refuses to create a pod, as a part of a sentence; empty if it creates the pod. */
    public static Optional<String> refusal(Cluster cluster, PodSource pod) {
        String level = level(cluster, pod.namespace());
        if (!level.equals(BASELINE) && !level.equals(RESTRICTED)) {
            return Optional.empty();
        }
        List<String> violations = findViolations(pod.spec(), level.equals(RESTRICTED));
        if (violations.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of("namespace " + pod.namespace() + " enforces Pod Security " + level + ", which forbids: "
                + String.join(", ", violations));
    }

    private static List<String> findViolations(FieldLocation spec, boolean isRestricted) {
        var security = new PodSecurity(spec, isRestricted);
        security.checkPod();
        return security.violations;
    }

    /** What the namespace enforces; empty if no manifest says so. */
    public static String level(Cluster cluster, String namespace) {
        return cluster.find(Namespace.class, new ObjectName("", namespace))
                .map(found -> found.metadata().labels().getOrDefault("pod-security.kubernetes.io/enforce", ""))
                .orElse("");
    }

    private void checkPod() {
        for (String field : List.of("hostNetwork", "hostPID", "hostIPC")) {
            forbidText(spec.at(field), "true");
        }
        forbidText(security(spec, "seccompProfile", "type"), "Unconfined");
        spec.at("volumes").items().forEach(this::checkVolume);
        for (String list : List.of("initContainers", "containers", "ephemeralContainers")) {
            spec.at(list).items().forEach(this::checkContainer);
        }
    }

    private void checkVolume(FieldLocation volume) {
        for (FieldLocation field : volume.fields()) {
            boolean isForbidden = isRestricted
                    ? !VOLUME_FIELDS_OF_RESTRICTED.contains(field.key())
                    : field.key().equals("hostPath");
            if (isForbidden) {
                forbid(field);
            }
        }
    }

    private void checkContainer(FieldLocation container) {
        forbidText(security(container, "privileged"), "true");
        forbidText(security(container, "procMount"), "Unmasked");
        forbidText(security(container, "seccompProfile", "type"), "Unconfined");
        for (FieldLocation port : container.at("ports").items()) {
            FieldLocation hostPort = port.at("hostPort");
            if (hostPort.exists() && !hostPort.text().equals("0")) {
                forbid(hostPort);
            }
        }
        Set<String> allowed = isRestricted ? CAPABILITIES_OF_RESTRICTED : CAPABILITIES_OF_BASELINE;
        for (FieldLocation capability :
                security(container, "capabilities", "add").items()) {
            if (!allowed.contains(capability.text())) {
                forbid(capability);
            }
        }
        if (isRestricted) {
            checkRestrictedContainer(container);
        }
    }

    private void checkRestrictedContainer(FieldLocation container) {
        forbidText(containerOrPod(container, "runAsUser"), "0");
        requireText(containerOrPod(container, "runAsNonRoot"), "true");
        // The other fields mean nothing to Windows, and the API server refuses them there.
        if (spec.at("os", "name").text().equals("windows")) {
            return;
        }
        requireText(security(container, "allowPrivilegeEscalation"), "false");
        requireText(containerOrPod(container, "seccompProfile", "type"), "RuntimeDefault", "Localhost");
        FieldLocation dropped = security(container, "capabilities", "drop");
        if (!dropped.itemTexts().contains("ALL")) {
            violations.add(dropped.path() + " without ALL");
        }
    }

    /** A field of the container's security context; that of the pod if the container's has none. */
    private FieldLocation containerOrPod(FieldLocation container, String... keys) {
        FieldLocation ofContainer = security(container, keys);
        FieldLocation ofPod = security(spec, keys);
        return ofContainer.exists() || !ofPod.exists() ? ofContainer : ofPod;
    }

    private static FieldLocation security(FieldLocation podOrContainer, String... keys) {
        return podOrContainer.at("securityContext").at(keys);
    }

    private void forbidText(FieldLocation field, String text) {
        if (field.text().equals(text)) {
            forbid(field);
        }
    }

    private void forbid(FieldLocation field) {
        String value = field.text().isEmpty() ? "" : ": " + field.text();
        violations.add(field.path() + value);
    }

    private void requireText(FieldLocation field, String... texts) {
        if (!List.of(texts).contains(field.text())) {
            violations.add(field.path() + " that is not " + String.join(" or ", texts));
        }
    }
}
