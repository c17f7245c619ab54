package io.podidentity.podid.explain;

import io.podidentity.emulator.match.IdentityResourceId;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** How a malformed resource ID must be written. */
final class ResourceIdAdvice {

    private static final Pattern GROUPS = Pattern.compile("(?i)/res[a-z]*g[a-z]*s?/");
    private static final Pattern SUFFIX =
            Pattern.compile("(?i)(/userAssignedIdentities/[^/?#\\s]+)[/?#\\s].*$", Pattern.DOTALL);

    private ResourceIdAdvice() {}

    /** The corrected line where the mistake is a known one. */
    static String remedy(String id) {
        return corrected(id)
                .map(right -> "Write spec.resourceID: " + right)
                .orElse("Set spec.resourceID to what az identity show --query id prints, including the leading slash.");
    }

    private static Optional<String> corrected(String id) {
        int start = id.indexOf("/subscriptions/");
        String path = start >= 0 ? id.substring(start) : "/" + id;
        String group = GROUPS.matcher(path).replaceFirst("/resourcegroups/");
        return Stream.of(
                        path,
                        group,
                        SUFFIX.matcher(path).replaceFirst("$1"),
                        SUFFIX.matcher(group).replaceFirst("$1"))
                .filter(IdentityResourceId::isAzures)
                .findFirst();
    }
}
