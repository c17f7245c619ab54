package io.podidentity.podid.serve.registry;

import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** What a token allows, in the shape that a registry reads. */
final class Access {

    private Access() {}

    /**
     * Grants all that is asked for.
     *
     * @param scope {@code TYPE:NAME:ACTION,ACTION}, several separated by spaces; a name may contain colons
     */
    static List<Map<String, Object>> of(String scope) {
        return Arrays.stream(scope.split(" ", -1))
                .filter(one -> one.indexOf(':') < one.lastIndexOf(':'))
                .map(Access::grant)
                .toList();
    }

    private static Map<String, Object> grant(String scope) {
        int first = scope.indexOf(':');
        int last = scope.lastIndexOf(':');
        return Map.of(
                "type", scope.substring(0, first),
                "name", scope.substring(first + 1, last),
                "actions", List.of(scope.substring(last + 1).split(",", -1)));
    }
}
