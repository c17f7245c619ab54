package io.podidentity.emulator.cluster;

/** An object of the cluster. All of them are immutable, and no component of theirs is null unless it says so. */
public interface KubernetesObject {

    Metadata metadata();

    default ObjectName name() {
        return metadata().name();
    }

    default String namespace() {
        return metadata().name().namespace();
    }
}
