package io.podidentity.emulator.workload;

import io.podidentity.emulator.cluster.Container;
import io.podidentity.emulator.cluster.Container.EnvironmentVariable;
import io.podidentity.emulator.cluster.Container.VolumeMount;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What the containers of a pod get.
 *
 * @param skipped the names of those that are left alone
 * @param variables by name, in order
 * @param emptyOnesToo whether a variable without a value is injected
 */
record Injection(Set<String> skipped, Map<String, String> variables, boolean emptyOnesToo, VolumeMount mount) {

    List<Container> into(List<Container> containers) {
        return containers.stream()
                .map(container -> skipped.contains(container.name()) ? container : into(container))
                .toList();
    }

    private Container into(Container container) {
        return container.withEnv(env(container.env())).withVolumeMounts(mounts(container.volumeMounts()));
    }

    /** Existing values are never overwritten. */
    private List<EnvironmentVariable> env(List<EnvironmentVariable> present) {
        var all = new ArrayList<>(present);
        variables.forEach((name, value) -> {
            boolean missing =
                    present.stream().noneMatch(variable -> variable.name().equals(name));
            if (missing && (emptyOnesToo || !value.isEmpty())) {
                all.add(new EnvironmentVariable(name, value));
            }
        });
        return all;
    }

    /** A mount of the same volume is corrected. */
    private List<VolumeMount> mounts(List<VolumeMount> present) {
        var all = new ArrayList<>(present);
        int place = present.stream().map(VolumeMount::name).toList().indexOf(mount.name());
        if (place < 0) {
            all.add(mount);
        } else {
            all.set(place, mount);
        }
        return all;
    }
}
