// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.support;

import com.fasterxml.jackson.databind.JsonNode;
import io.podidentity.tokenprovider.internal.text.Environment;
import java.util.HashMap;
import java.util.Map;

/** Makes an environment out of a conformance case's. */
public final class EnvironmentOf {
    private EnvironmentOf() {}

    public static Environment json(JsonNode variables) {
        Map<String, String> values = new HashMap<>();
        variables
                .properties()
                .forEach(member -> values.put(member.getKey(), member.getValue().asText()));
        return Environment.of(Map.copyOf(values));
    }
}
