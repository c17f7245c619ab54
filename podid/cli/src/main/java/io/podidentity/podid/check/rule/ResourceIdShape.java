// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.check.rule;

import io.podidentity.podid.check.source.Value;
import io.podidentity.podid.text.ClosestMatch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What is wrong with the resource ID of a managed identity. MIC, whose pattern is not anchored, accepts more, and
 * Resource Manager refuses that later.
 *
 * @param reason what is wrong; empty if nothing is
 * @param corrected what is certainly meant; empty if nothing is certain
 */
public record ResourceIdShape(Optional<String> reason, Optional<String> corrected) {

    private static final String PROVIDER = "Microsoft.ManagedIdentity";
    private static final String TYPE = "userAssignedIdentities";
    private static final Pattern FORM = Pattern.compile(
            "/subscriptions/([^/]+)/resourcegroups/[^/]+/providers/Microsoft\\.ManagedIdentity"
                    + "/userAssignedIdentities/[^/\\s?#]+",
            Pattern.CASE_INSENSITIVE);
    private static final Pattern PROVIDER_AND_TYPE =
            Pattern.compile("/providers/([^/]+/[^/]+)", Pattern.CASE_INSENSITIVE);

    private static final String ANY = "*";

    /** What stands between the slashes; the first slash has nothing before it. */
    private static final List<String> SEGMENTS =
            List.of("", "subscriptions", ANY, "resourcegroups", ANY, "providers", PROVIDER, TYPE, ANY);

    private static final ResourceIdShape RIGHT = new ResourceIdShape(Optional.empty(), Optional.empty());

    public static ResourceIdShape judgeResourceId(String id) {
        Matcher form = FORM.matcher(id);
        if (form.matches()) {
            return judgeSubscription(form.group(1));
        }
        if (form.find(0)) {
            String found = form.group();
            return new ResourceIdShape(Optional.of(describeSurplus(id, found)), Optional.of(found));
        }
        return judgeSegments(id.strip());
    }

    private static ResourceIdShape wrong(String reason) {
        return new ResourceIdShape(Optional.of(reason), Optional.empty());
    }

    private static ResourceIdShape judgeSubscription(String subscription) {
        if (Value.isGuid(subscription)) {
            return RIGHT;
        }
        return wrong("the subscription " + Value.quoted(subscription) + " is not a GUID");
    }

    /** Says what there is around the resource ID. */
    private static String describeSurplus(String id, String found) {
        if (id.contains("://") || id.contains("#")) {
            return "this is an address of the portal, not a resource ID";
        }
        if (id.strip().equals(found)) {
            return "there is white space around it";
        }
        return "there is more than the resource ID: " + Value.quoted(id.replace(found, ""));
    }

    private static ResourceIdShape judgeSegments(String id) {
        String rooted = id.startsWith("/") ? id : "/" + id;
        List<String> parts = new ArrayList<>(Arrays.asList(rooted.split("/", -1)));
        var reasons = new ArrayList<String>();
        if (!id.startsWith("/")) {
            reasons.add("the leading slash is missing");
        }
        if (parts.size() > 3 && parts.get(3).equalsIgnoreCase("providers")) {
            reasons.add("the resource group is missing");
            return wrong(joinReasons(reasons));
        }
        for (int i = 1; i < SEGMENTS.size(); i++) {
            String expected = SEGMENTS.get(i);
            String part = i < parts.size() ? parts.get(i) : "";
            if (isExpected(part, expected)) {
                continue;
            }
            reasons.add(describeSegment(i, part, expected));
            if (!ClosestMatch.isNear(part, expected)) {
                return wrong(findOtherType(rooted).orElseGet(() -> joinReasons(reasons)));
            }
            parts.set(i, expected);
        }
        String corrected = String.join("/", parts);
        return new ResourceIdShape(
                Optional.of(joinReasons(reasons)),
                Optional.of(corrected).filter(text -> FORM.matcher(text).matches()));
    }

    private static String joinReasons(List<String> reasons) {
        return String.join(", and ", reasons);
    }

    private static boolean isExpected(String part, String expected) {
        if (expected.equals(ANY)) {
            return !part.isEmpty();
        }
        return part.equalsIgnoreCase(expected);
    }

    private static String describeSegment(int index, String part, String expected) {
        if (part.isEmpty()) {
            return "its part " + index + " is missing";
        }
        return Value.quoted(part) + " stands where " + Value.quoted(expected) + " belongs";
    }

    /** Says what the ID is of, if that is another type of resource. */
    private static Optional<String> findOtherType(String id) {
        Matcher type = PROVIDER_AND_TYPE.matcher(id);
        if (!type.find() || type.group(1).equalsIgnoreCase(PROVIDER + "/" + TYPE)) {
            return Optional.empty();
        }
        return Optional.of("this is a resource of type " + type.group(1) + ", not a user-assigned managed identity");
    }
}
