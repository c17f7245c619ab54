// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.history;

/**
 * A line that a part of the cluster has logged, or an event. Holds no secret. Immutable.
 *
 * @param source {@code mic}, {@code nmi}, {@code event} for what {@code kubectl get events} would show, or
 *     {@code podid} for what the emulator itself has to say; not null
 * @param text in the format of the version that is played; not null
 * @since 0.1.0
 */
public record LogLine(String source, String text) {

    /** As a person reads it: {@code nmi  time="…}. */
    @Override
    public String toString() {
        return "%-5s %s".formatted(source, text);
    }
}
