/**
 * Workload identity as a cluster gives it to pods, for the emulator's own use: start at {@code Webhook}, which decides
 * what a pod gets, and {@code ClusterIssuer}, which makes the tokens.
 */
@NullMarked
package io.podidentity.emulator.workload;

import org.jspecify.annotations.NullMarked;
