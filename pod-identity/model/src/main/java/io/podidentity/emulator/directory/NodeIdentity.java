package io.podidentity.emulator.directory;

/** A managed identity assigned to the node. */
public record NodeIdentity(String clientId, String objectId, String resourceId, boolean systemAssigned) {}
