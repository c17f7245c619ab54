package io.podidentity.emulator.match;

import io.podidentity.emulator.cluster.AzurePodIdentityException;
import org.jspecify.annotations.Nullable;

/**
 * Why NMI asks IMDS for a pod without looking for an identity of it.
 *
 * @param exception the one that covers the pod; null if the pod is taken for MIC by its ReplicaSet's name
 */
public record Bypass(@Nullable AzurePodIdentityException exception) {}
