// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.token;

import io.podidentity.emulator.json.Json;
import java.text.ParseException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * What a client asks to find in its access token, by the parameter {@code claims}.
 *
 * @param capabilities what the client says that it can do, such as {@code cp1}: it handles claims challenges
 * @param contexts the authentication contexts that a resource has asked for
 * @see <a href="https://learn.microsoft.com/entra/identity-platform/claims-challenge">claims requests</a>
 * @since 0.1.0
 */
public record RequestedClaims(List<String> capabilities, List<String> contexts) {

    public static final RequestedClaims NONE = new RequestedClaims(List.of(), List.of());

    public RequestedClaims {
        capabilities = List.copyOf(capabilities);
        contexts = List.copyOf(contexts);
    }

    /**
     * Reads the parameter.
     *
     * @throws ParseException if it is no JSON object
     */
    public static RequestedClaims read(String json) throws ParseException {
        Map<?, ?> ofToken = object(Json.object(json), "access_token");
        return new RequestedClaims(values(object(ofToken, "xms_cc")), values(object(ofToken, "acrs")));
    }

    private static Map<?, ?> object(Map<?, ?> parent, String name) {
        return parent.get(name) instanceof Map<?, ?> object ? object : Map.of();
    }

    /** A request names one value or several. */
    private static List<String> values(Map<?, ?> request) {
        List<?> several = request.get("values") instanceof List<?> list ? list : List.of();
        return Stream.concat(Stream.ofNullable(request.get("value")), several.stream())
                .filter(Objects::nonNull)
                .map(String::valueOf)
                .toList();
    }
}
