/**
 * The servers, and the cluster that they serve.
 *
 * <p>Start at {@code Servers}. {@code NmiServers} lists the steps of a request of a pod to NMI.
 */
@NullMarked
package io.podidentity.emulator.run;

import org.jspecify.annotations.NullMarked;
