package io.podidentity.emulator.cluster;

/** A namespace; its own namespace is empty. */
public record Namespace(Metadata metadata) implements KubernetesObject {}
