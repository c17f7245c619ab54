// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.check.source;

import io.podidentity.emulator.cluster.Cluster;
import io.podidentity.emulator.cluster.Namespace;
import io.podidentity.emulator.cluster.ObjectName;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What the Pod Security level that a namespace enforces forbids a pod, but for AppArmor, SELinux and sysctls.
 *
 * @see <a href="https://kubernetes.io/docs/concepts/security/pod-security-standards/">the standards</a>
 */
public final class PodSecurity {

    private static final Set<String> CAPABILITIES = Set.of(
            ("AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE SETFCAP SETGID SETPCAP SETUID"
                            + " SYS_CHROOT")
                    .split(" "));
    private static final Set<String> VOLUMES = Set.of(
            "name configMap csi downwardAPI emptyDir ephemeral persistentVolumeClaim projected secret".split(" "));

    private final FieldLocation spec;
    private final boolean isRestricted;
    private final List<String> found = new ArrayList<>();

    private PodSecurity(FieldLocation spec, boolean isRestricted) {
        this.spec = spec;
        this.isRestricted = isRestricted;
    }

    /** Why the API server creates no such pod, if it does not; as a part of a sentence. */
    public static Optional<String> refusal(Cluster cluster, PodSource pod) {
        String level = level(cluster, pod.namespace());
        if (!level.equals("baseline") && !level.equals("restricted")) {
            return Optional.empty();
        }
        var security = new PodSecurity(pod.spec(), level.equals("restricted"));
        security.judge();
        return security.found.isEmpty()
                ? Optional.empty()
                : Optional.of("namespace " + pod.namespace() + " enforces Pod Security " + level + ", which forbids: "
                        + String.join(", ", security.found));
    }

    /** What the namespace enforces; empty if no manifest says so. */
    public static String level(Cluster cluster, String namespace) {
        return cluster.find(Namespace.class, new ObjectName("", namespace))
                .map(one -> one.metadata().labels().getOrDefault("pod-security.kubernetes.io/enforce", ""))
                .orElse("");
    }

    private void judge() {
        for (String host : List.of("hostNetwork", "hostPID", "hostIPC")) {
            forbid(spec.at(host), isTrue(spec.at(host)));
        }
        forbid(security(spec, "seccompProfile", "type"), is(security(spec, "seccompProfile", "type"), "Unconfined"));
        for (FieldLocation volume : spec.at("volumes").items()) {
            volume.fields().stream()
                    .filter(field -> isRestricted ? !VOLUMES.contains(field.key()) : is(field, "hostPath"))
                    .forEach(field -> forbid(field, true));
        }
        Stream.of("initContainers", "containers", "ephemeralContainers")
                .flatMap(list -> spec.at(list).items().stream())
                .forEach(this::judge);
    }

    private void judge(FieldLocation container) {
        for (String flag : List.of("privileged", "procMount")) {
            FieldLocation field = security(container, flag);
            forbid(field, isTrue(field) || is(field, "Unmasked"));
        }
        forbid(
                security(container, "seccompProfile", "type"),
                is(security(container, "seccompProfile", "type"), "Unconfined"));
        container.at("ports").items().stream()
                .map(port -> port.at("hostPort"))
                .forEach(port -> forbid(port, port.exists() && !port.text().equals("0")));
        Collection<String> allowed = isRestricted ? Set.of("NET_BIND_SERVICE") : CAPABILITIES;
        security(container, "capabilities", "add").items().stream()
                .filter(added -> !allowed.contains(added.text()))
                .forEach(added -> found.add(added.path() + ": " + added.text()));
        if (isRestricted) {
            restrict(container);
        }
    }

    private void restrict(FieldLocation container) {
        FieldLocation user = nearest(container, "runAsUser");
        forbid(user, user.text().equals("0"));
        require(nearest(container, "runAsNonRoot"), "true");
        if (!spec.at("os", "name").text().equals("windows")) {
            require(security(container, "allowPrivilegeEscalation"), "false");
            require(nearest(container, "seccompProfile", "type"), "RuntimeDefault", "Localhost");
            FieldLocation dropped = security(container, "capabilities", "drop");
            if (!dropped.itemTexts().contains("ALL")) {
                found.add(dropped.path() + " without ALL");
            }
        }
    }

    private FieldLocation nearest(FieldLocation container, String... keys) {
        FieldLocation own = security(container, keys);
        FieldLocation all = security(spec, keys);
        return own.exists() || !all.exists() ? own : all;
    }

    private static FieldLocation security(FieldLocation around, String... keys) {
        return around.at("securityContext").at(keys);
    }

    private static boolean isTrue(FieldLocation field) {
        return field.text().equals("true");
    }

    private static boolean is(FieldLocation field, String text) {
        return field.text().equals(text) || field.key().equals(text);
    }

    private void forbid(FieldLocation field, boolean isForbidden) {
        if (isForbidden) {
            found.add(field.path() + (field.text().isEmpty() ? "" : ": " + field.text()));
        }
    }

    private void require(FieldLocation field, String... values) {
        if (!List.of(values).contains(field.text())) {
            found.add(field.path() + " that is not " + String.join(" or ", values));
        }
    }
}
