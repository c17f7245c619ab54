package io.podidentity.emulator.workload;

/** Where a container sees a volume. */
public record VolumeMount(String volume, String path, boolean readOnly) {}
