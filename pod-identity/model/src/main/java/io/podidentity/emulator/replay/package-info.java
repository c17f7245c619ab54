/**
 * Plays one token request of one pod through MIC, NMI, the webhook and Entra ID, without servers and without waiting.
 *
 * <p>Start at {@code Replay} for pod identity, and at {@code WorkloadReplay} for workload identity.
 */
@NullMarked
package io.podidentity.emulator.replay;

import org.jspecify.annotations.NullMarked;
