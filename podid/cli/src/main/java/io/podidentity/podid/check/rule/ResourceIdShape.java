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
import org.jspecify.annotations.Nullable;

/**
 * What is wrong with the resource ID of a managed identity. It is stricter than MIC, whose pattern is not anchored, so
 * that Resource Manager refuses later what MIC accepts.
 *
 * @param reason what is wrong, null if nothing is
 * @param corrected what is certainly meant, null if nothing is certain
 */
public record ResourceIdShape(
        @Nullable String reason, @Nullable String corrected) {

    private static final String PROVIDER = "Microsoft.ManagedIdentity";
    private static final String TYPE = "userAssignedIdentities";
    private static final Pattern FORM = Pattern.compile(
            "/subscriptions/([^/]+)/resourcegroups/[^/]+/providers/Microsoft\\.ManagedIdentity"
                    + "/userAssignedIdentities/[^/\\s?#]+",
            Pattern.CASE_INSENSITIVE);
    private static final List<String> SEGMENTS =
            List.of("", "subscriptions", "*", "resourcegroups", "*", "providers", PROVIDER, TYPE, "*");

    public static ResourceIdShape of(String id) {
        Matcher form = FORM.matcher(id);
        if (form.matches()) {
            return Value.isGuid(form.group(1))
                    ? new ResourceIdShape(null, null)
                    : new ResourceIdShape("the subscription " + Value.quoted(form.group(1)) + " is not a GUID", null);
        }
        if (form.find(0)) {
            String found = form.group();
            return new ResourceIdShape(
                    id.contains("://") || id.contains("#")
                            ? "this is an address of the portal, not a resource ID"
                            : id.strip().equals(found)
                                    ? "there is white space around it"
                                    : "there is more than the resource ID: " + Value.quoted(id.replace(found, "")),
                    found);
        }
        return bySegments(id.strip());
    }

    private static ResourceIdShape bySegments(String id) {
        String rooted = id.startsWith("/") ? id : "/" + id;
        List<String> parts = new ArrayList<>(Arrays.asList(rooted.split("/", -1)));
        var reasons = new ArrayList<String>();
        if (!id.startsWith("/")) {
            reasons.add("the leading slash is missing");
        }
        if (parts.size() > 3 && parts.get(3).equalsIgnoreCase("providers")) {
            reasons.add("the resource group is missing");
            return new ResourceIdShape(String.join(", and ", reasons), null);
        }
        for (int i = 1; i < SEGMENTS.size(); i++) {
            String wanted = SEGMENTS.get(i);
            String part = i < parts.size() ? parts.get(i) : "";
            if (wanted.equals("*") ? part.isEmpty() : !part.equalsIgnoreCase(wanted)) {
                reasons.add(
                        part.isEmpty()
                                ? "its part " + i + " is missing"
                                : Value.quoted(part) + " stands where " + Value.quoted(wanted) + " belongs");
                if (!ClosestMatch.isNear(part, wanted)) {
                    return new ResourceIdShape(other(rooted).orElse(String.join(", and ", reasons)), null);
                }
                parts.set(i, wanted);
            }
        }
        String corrected = String.join("/", parts);
        return new ResourceIdShape(
                String.join(", and ", reasons), FORM.matcher(corrected).matches() ? corrected : null);
    }

    private static Optional<String> other(String id) {
        Matcher provider = Pattern.compile("/providers/([^/]+/[^/]+)", Pattern.CASE_INSENSITIVE)
                .matcher(id);
        return provider.find() && !provider.group(1).equalsIgnoreCase(PROVIDER + "/" + TYPE)
                ? Optional.of(
                        "this is a resource of type " + provider.group(1) + ", not a user-assigned managed identity")
                : Optional.empty();
    }
}
