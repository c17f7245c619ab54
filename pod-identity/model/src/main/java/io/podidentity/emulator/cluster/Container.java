// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.cluster;

import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A container or an init container.
 *
 * @param restartPolicy {@code Always} makes a sidecar of an init container; empty if not given
 * @param rest what the webhook says besides of a container that it injects, as JSON by field; else empty
 * @since 0.1.0
 */
public record Container(
        String name,
        String image,
        List<String> command,
        List<String> args,
        List<EnvironmentVariable> env,
        List<VolumeMount> volumeMounts,
        String restartPolicy,
        Map<String, Object> rest) {

    /**
     * A variable.
     *
     * @param value null if it comes from elsewhere, as {@code valueFrom} says
     */
    public record EnvironmentVariable(String name, @Nullable String value) {}

    /** A volume in the container. */
    public record VolumeMount(String name, String mountPath, boolean readOnly) {}

    public Container {
        command = List.copyOf(command);
        args = List.copyOf(args);
        env = List.copyOf(env);
        volumeMounts = List.copyOf(volumeMounts);
        rest = Map.copyOf(rest);
    }

    /** A container of that name and image, and nothing else. */
    public static Container of(String name, String image) {
        return new Container(name, image, List.of(), List.of(), List.of(), List.of(), "", Map.of());
    }

    /** The variables whose value it says itself, by name. */
    public SortedMap<String, String> literals() {
        var literals = new TreeMap<String, String>();
        for (EnvironmentVariable variable : env) {
            if (variable.value() != null) {
                literals.put(variable.name(), variable.value());
            }
        }
        return literals;
    }

    public Container withEnv(List<EnvironmentVariable> others) {
        return new Container(name, image, command, args, others, volumeMounts, restartPolicy, rest);
    }

    public Container withVolumeMounts(List<VolumeMount> others) {
        return new Container(name, image, command, args, env, others, restartPolicy, rest);
    }
}
