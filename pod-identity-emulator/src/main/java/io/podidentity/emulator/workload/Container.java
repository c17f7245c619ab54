package io.podidentity.emulator.workload;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the webhook sees and changes of a container. Immutable.
 *
 * @param env by name, in order; a variable whose value comes from elsewhere has an empty one
 * @param restartPolicy {@code Always} for a native sidecar, otherwise null
 */
public record Container(
        String name, Map<String, String> env, List<VolumeMount> mounts, @Nullable String restartPolicy) {

    public Container {
        env = Collections.unmodifiableMap(new LinkedHashMap<>(env));
        mounts = List.copyOf(mounts);
    }

    public Container(String name, Map<String, String> env) {
        this(name, env, List.of(), null);
    }

    /** Adds what has a value and is not there yet; what is there is never overwritten. */
    Container withMissing(Map<String, String> variables, boolean emptyOnesToo) {
        var all = new LinkedHashMap<>(env);
        variables.forEach((variable, value) -> {
            if (emptyOnesToo || !value.isEmpty()) {
                all.putIfAbsent(variable, value);
            }
        });
        return new Container(name, all, mounts, restartPolicy);
    }

    /** Adds the mount, or puts it in place of that of the same volume. */
    Container with(VolumeMount mount) {
        var all = new ArrayList<>(mounts);
        all.replaceAll(present -> present.volume().equals(mount.volume()) ? mount : present);
        if (!all.contains(mount)) {
            all.add(mount);
        }
        return new Container(name, env, all, restartPolicy);
    }
}
