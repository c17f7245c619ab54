// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.cases;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * What a case expects, with something else in one place.
 *
 * @param what the place and what stands there
 * @param values what could be there instead; at least one of them is not met
 */
record ChangedExpectation(String what, List<JsonNode> values) {

    /** Names of members that say how much something is at most. */
    private static final Pattern BOUNDS = Pattern.compile("(Below|_max)$");

    static List<ChangedExpectation> all(CaseShape shape, JsonNode expected, List<String> notes) {
        List<ChangedExpectation> all = new ArrayList<>();
        expected.properties().forEach(member -> {
            String name = member.getKey();
            CaseShape known = shape.member(name);
            List<JsonNode> values = new ArrayList<>();
            if (known.isFailure()) {
                values.add(shape.success());
            } else if (name.toLowerCase(Locale.ROOT).endsWith("lacks")) {
                values.add(with(expected, name, lacking(member.getValue())));
            } else if (BOUNDS.matcher(name).find()) {
                values.add(with(expected, name, LongNode.valueOf(-1)));
            } else {
                for (JsonNode other : others(known, member.getValue())) {
                    values.add(with(expected, name, other));
                }
            }
            if (!notes.contains(name) && !name.endsWith("absent")) {
                all.add(new ChangedExpectation(member.toString(), values));
            }
        });
        return all;
    }

    private static JsonNode with(JsonNode expected, String name, JsonNode value) {
        return ((ObjectNode) expected.deepCopy()).set(name, value);
    }

    /** What is surely there: a letter of each message, the one parameter of each request. */
    private static JsonNode lacking(JsonNode value) {
        return value.isArray() ? ((ArrayNode) value.deepCopy()).add("resource").add("e") : TextNode.valueOf("e");
    }

    private static List<JsonNode> others(CaseShape shape, JsonNode value) {
        List<JsonNode> others = new ArrayList<>();
        if (value.isObject()) {
            value.properties().forEach(member -> {
                for (JsonNode other : others(shape.member(member.getKey()), member.getValue())) {
                    others.add(with(value, member.getKey(), other));
                }
            });
            others.add(with(value, "~more~", TextNode.valueOf("~more~")));
        } else if (value.isArray()) {
            others.add(((ArrayNode) value.deepCopy()).add("~more~"));
        } else if (value.isBoolean()) {
            others.add(BooleanNode.valueOf(!value.asBoolean()));
        } else if (value.isNumber()) {
            others.add(LongNode.valueOf(value.asLong() * 3 + 7));
        } else if (shape.words().isEmpty()) {
            others.add(TextNode.valueOf(other(value.asText())));
        } else {
            shape.words().stream()
                    .filter(word -> !word.equals(value.asText()))
                    .map(TextNode::valueOf)
                    .forEach(others::add);
        }
        return others;
    }

    private static String other(String text) {
        try {
            return Instant.parse(text).plusSeconds(1).toString();
        } catch (DateTimeException e) {
            return text + "~";
        }
    }
}
