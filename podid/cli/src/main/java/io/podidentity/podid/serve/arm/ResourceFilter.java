// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.serve.arm;

import io.podidentity.podid.serve.arm.ResourceStore.Resource;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** The conditions of {@code $filter} that {@code az} uses, all of which a listed resource meets. */
final class ResourceFilter {

    /** Such as {@code roleName eq 'Reader'} or {@code assignedTo('GUID')}. */
    private static final Pattern CONDITION = Pattern.compile("(\\w+)\\s*(?:eq\\s*|\\()'([^']*)'");

    private static final Map<String, Function<Resource, String>> FIELDS = Map.of(
            "name", resource -> resource.id().name(),
            "resourceType", resource -> resource.id().type(),
            "roleName", resource -> resource.body().properties().text("roleName"),
            "principalId", ResourceFilter::principalId,
            "assignedTo", ResourceFilter::principalId);

    private ResourceFilter() {}

    /** @param filter empty for a filter that every resource passes */
    static Predicate<Resource> parse(String filter) {
        return CONDITION
                .matcher(filter)
                .results()
                .map(ResourceFilter::parseCondition)
                .reduce(resource -> true, Predicate::and);
    }

    /** A condition on a field that is not known here is met by every resource. */
    private static Predicate<Resource> parseCondition(MatchResult condition) {
        Function<Resource, String> field = FIELDS.get(condition.group(1));
        String value = condition.group(2);
        if (field == null) {
            return resource -> true;
        }
        return resource -> field.apply(resource).equalsIgnoreCase(value);
    }

    private static String principalId(Resource assignment) {
        return assignment.body().properties().text("principalId");
    }
}
