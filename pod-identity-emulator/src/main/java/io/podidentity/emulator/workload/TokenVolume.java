package io.podidentity.emulator.workload;

/**
 * A projected volume with a service account token.
 *
 * @param path of the token's file below the mount
 */
public record TokenVolume(String name, String path, String audience, long expirationSeconds) {}
