// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.cases;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * A conformance case from which we differ on purpose, or a kind that is not ours.
 *
 * @param kind the kind of the case
 * @param name the case; null for a kind that has no runner
 * @param given what the case gives, whole; null for a kind
 * @param expected what the case expects, whole; null for a kind
 * @param reason why we differ
 * @param instead what we do, in the members that the runner of the kind reads; null for a kind
 */
public record ConformanceDeviation(
        String kind, String name, JsonNode given, JsonNode expected, String reason, JsonNode instead) {

    static ConformanceDeviation of(JsonNode entry) {
        return new ConformanceDeviation(
                entry.get("kind").asText(),
                entry.path("name").textValue(),
                entry.get("given"),
                entry.get("expected"),
                entry.get("reason").asText(),
                entry.get("instead"));
    }

    boolean isOfWholeKind() {
        return name == null;
    }

    /** Whether this is about the very case, and not one that resembles it. */
    boolean concerns(ConformanceCase row) {
        return kind.equals(row.kind())
                && (isOfWholeKind()
                        || (name.equals(row.name()) && given.equals(row.given()) && expected.equals(row.expected())));
    }

    ConformanceCase appliedTo(ConformanceCase row) {
        return new ConformanceCase(row.kind(), row.name(), row.given(), instead, true);
    }
}
