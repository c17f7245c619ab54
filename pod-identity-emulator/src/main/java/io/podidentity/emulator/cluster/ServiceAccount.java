package io.podidentity.emulator.cluster;

/** The account as which a pod speaks to the API server, and by whose projected token to Entra ID. */
public record ServiceAccount(Metadata metadata) implements KubernetesObject {}
