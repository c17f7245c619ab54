package io.podidentity.tokenprovider.internal.entra;

import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.internal.text.Environment;
import io.podidentity.tokenprovider.internal.text.Excerpt;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The tenants that an application may ask for tokens: its own, and those that are allowed beside it.
 *
 * @param home its own, a GUID or a domain
 * @param allowed the others; {@code *} stands for any
 */
public record EntraTenants(String home, List<String> allowed) {
    private static final String ALLOWED = "AZURE_ADDITIONALLY_ALLOWED_TENANTS";
    private static final String DISABLED = "AZURE_IDENTITY_DISABLE_MULTITENANTAUTH";

    /** Its own, and any other one that a request names, for settings that say nothing of others. */
    public static EntraTenants any(String home) {
        return new EntraTenants(home, List.of("*"));
    }

    public static EntraTenants of(String home, Environment environment) {
        List<String> allowed = new ArrayList<>();
        String disabled = environment.get(DISABLED);
        String list = environment.get(ALLOWED);
        if (list != null && !"true".equalsIgnoreCase(disabled) && !"1".equals(disabled)) {
            for (String tenant : list.split(";", -1)) {
                allowed.add(tenant.strip());
            }
        }
        return new EntraTenants(home, List.copyOf(allowed));
    }

    String resolve(@Nullable String requested) {
        requireTenant(home);
        if (requested == null || requested.equalsIgnoreCase(home)) {
            return home;
        }
        requireTenant(requested);
        if (!home.equalsIgnoreCase("adfs")) {
            for (String tenant : allowed) {
                if (tenant.equals("*") || tenant.equalsIgnoreCase(requested)) {
                    return requested;
                }
            }
        }
        throw new TokenAcquisitionException(
                Code.INVALID_CONFIGURATION,
                "the tenant " + Excerpt.of(requested, 60) + " is not the application's own",
                "Add it to " + ALLOWED + " if it is meant, and unset " + DISABLED + ".");
    }

    private static void requireTenant(String tenant) {
        if (!tenant.matches("[A-Za-z0-9.-]*")) {
            throw new TokenAcquisitionException(
                    Code.INVALID_CONFIGURATION,
                    "the tenant has a character other than letters, digits, '.' and '-'",
                    "Use the tenant's ID or domain.");
        }
    }
}
