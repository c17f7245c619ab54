/**
 * Workload identity as a cluster gives it to pods: the webhook, the issuer of service account tokens, the proxy beside
 * a program, and the proxy of identity bindings.
 *
 * <p>Start at {@code Webhook}, which decides what a pod gets, and at {@code ClusterIssuer}, which makes the tokens.
 */
@NullMarked
package io.podidentity.emulator.workload;

import org.jspecify.annotations.NullMarked;
