// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.cases;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * One conformance case.
 *
 * @param kind which runner knows its form
 * @param name what it is about; unique within the kind
 * @param given what is given, without the kind
 * @param expected what must come of it: the case's own, or ours where we differ on purpose
 * @param deviates whether we differ on purpose
 */
public record ConformanceCase(String kind, String name, JsonNode given, JsonNode expected, boolean deviates) {

    /** A text of what is given; null if it is absent or null. */
    public String given(String member) {
        return given.hasNonNull(member) ? given.get(member).asText() : null;
    }

    /** A text of what is expected; null if it is absent or null. */
    public String expected(String member) {
        return expected.hasNonNull(member) ? expected.get(member).asText() : null;
    }

    ConformanceCase expecting(JsonNode other) {
        return new ConformanceCase(kind, name, given, other, deviates);
    }

    @Override
    public String toString() {
        return kind + ": " + name;
    }
}
