package io.podidentity.tokenprovider.cases;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * Where we differ on purpose from conformance cases.
 *
 * @param kind the kind of the cases
 * @param name the one case that is meant; null for all that {@code match} fits, or for the whole kind without it
 * @param match members that a case must have under {@code given} or {@code expected}, a value {@code "*"} standing for
 *     any; null for all cases of the kind
 * @param reason why we differ
 * @param expected what we do instead; null where the runner itself knows, or where there is no runner since the kind is
 *     out of scope
 */
public record ConformanceDeviation(String kind, String name, JsonNode match, String reason, JsonNode expected) {

    public static ConformanceDeviation of(JsonNode entry) {
        return new ConformanceDeviation(
                entry.get("kind").asText(),
                entry.hasNonNull("name") ? entry.get("name").asText() : null,
                entry.get("match"),
                entry.get("reason").asText(),
                entry.get("expected"));
    }

    public boolean concerns(ConformanceCase row) {
        return kind.equals(row.kind())
                && (name == null || name.equals(row.name()))
                && (match == null
                        || (fits(match.path("given"), row.given()) && fits(match.path("expected"), row.expected())));
    }

    public ConformanceCase appliedTo(ConformanceCase row) {
        return new ConformanceCase(
                row.kind(), row.name(), row.given(), expected == null ? row.expected() : expected, true);
    }

    private static boolean fits(JsonNode pattern, JsonNode value) {
        if (pattern.isTextual() && pattern.asText().equals("*")) {
            return !value.isMissingNode();
        }
        if (!pattern.isObject()) {
            return pattern.isMissingNode() || pattern.equals(value);
        }
        return pattern.properties().stream()
                .allMatch(member -> fits(member.getValue(), value.path(member.getKey())) && value.has(member.getKey()));
    }
}
