/**
 * The objects of a cluster as immutable values, such as pods, identities and bindings, and the version of pod identity
 * that runs there ({@code Profile}).
 *
 * <p>Start at {@code Cluster}, which holds all objects. {@code LiveCluster} is a cluster that changes.
 */
@NullMarked
package io.podidentity.emulator.cluster;

import org.jspecify.annotations.NullMarked;
