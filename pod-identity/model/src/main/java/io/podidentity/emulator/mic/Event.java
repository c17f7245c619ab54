// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.mic;

import io.podidentity.emulator.cluster.ObjectName;
import java.time.Instant;

/**
 * An event of the cluster, as {@code kubectl get events} shows it. A binding that matches nothing and an identity that
 * is ignored make none.
 *
 * @param warning its type; normal otherwise
 * @param object what it is about, for example {@code AzureIdentityBinding default/demo}
 * @since 0.1.0
 */
public record Event(Instant time, boolean warning, String reason, ObjectName object, String message) {}
