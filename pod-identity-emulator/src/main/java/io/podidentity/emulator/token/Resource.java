package io.podidentity.emulator.token;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/** What a token is for. The emulator knows every resource that can exist: a GUID, or a URI of a usual scheme. */
public final class Resource {

    private static final Pattern GUID = Pattern.compile("\\p{XDigit}{8}(-\\p{XDigit}{4}){3}-\\p{XDigit}{12}");
    private static final Set<String> SCHEMES = Set.of("http", "https", "api");

    private Resource() {}

    /** Hosts below {@code .invalid} (RFC 2606) are never known, so that a refusal can be tested. */
    public static boolean isKnown(String resource) {
        if (GUID.matcher(resource).matches()) {
            return true;
        }
        try {
            var uri = new URI(resource);
            String authority = uri.getRawAuthority();
            return uri.getScheme() != null
                    && SCHEMES.contains(uri.getScheme().toLowerCase(Locale.ROOT))
                    && authority != null
                    && !authority.toLowerCase(Locale.ROOT).endsWith(".invalid");
        } catch (URISyntaxException e) {
            return false;
        }
    }
}
