package io.podidentity.emulator.mic;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The parts of an Azure resource ID, of the outer resource if it is nested. */
public record AzureResource(String subscription, String group, String provider, String type, String name) {

    private static final Pattern FORM = Pattern.compile(
            "subscriptions/([^/]+)/resourceGroups/([^/]+)/providers/([^/]+)/([^/]+)/([^/]+)(/.*)?",
            Pattern.CASE_INSENSITIVE);

    /** The parts, if it is an ID of a resource; text before it is not looked at. */
    public static Optional<AzureResource> parse(String id) {
        Matcher parts = FORM.matcher(id);
        return parts.find()
                ? Optional.of(new AzureResource(
                        parts.group(1), parts.group(2), parts.group(3), parts.group(4), parts.group(5)))
                : Optional.empty();
    }
}
