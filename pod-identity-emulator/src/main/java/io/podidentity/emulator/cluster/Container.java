package io.podidentity.emulator.cluster;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A container or an init container.
 *
 * @param restartPolicy {@code Always} makes a sidecar of an init container; empty if not given
 * @param privileged from its security context
 * @param runAsUser from its security context, null if not given
 * @param capabilities that its security context adds
 */
public record Container(
        String name,
        String image,
        List<String> command,
        List<String> args,
        List<EnvironmentVariable> env,
        List<VolumeMount> volumeMounts,
        String restartPolicy,
        boolean privileged,
        @Nullable Long runAsUser,
        List<String> capabilities) {

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
        capabilities = List.copyOf(capabilities);
    }

    /** A container of that name and image, and nothing else. */
    public static Container of(String name, String image) {
        return new Container(name, image, List.of(), List.of(), List.of(), List.of(), "", false, null, List.of());
    }

    public Container withEnv(List<EnvironmentVariable> others) {
        return new Container(
                name, image, command, args, others, volumeMounts, restartPolicy, privileged, runAsUser, capabilities);
    }

    public Container withVolumeMounts(List<VolumeMount> others) {
        return new Container(
                name, image, command, args, env, others, restartPolicy, privileged, runAsUser, capabilities);
    }

    public Container withRestartPolicy(String other) {
        return new Container(name, image, command, args, env, volumeMounts, other, privileged, runAsUser, capabilities);
    }
}
