// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.entra;

import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.internal.Nullable;
import io.podidentity.tokenprovider.internal.text.Environment;
import io.podidentity.tokenprovider.internal.text.Excerpt;
import java.util.ArrayList;
import java.util.List;

/**
 * The tenants from which an application may get tokens: its own tenant, and others that a setting allows.
 *
 * @param home its own tenant, a GUID or a domain
 * @param allowed the other tenants; {@code *} stands for any
 */
public record EntraTenants(String home, List<String> allowed) {
    private static final String ALLOWED = "AZURE_ADDITIONALLY_ALLOWED_TENANTS";
    private static final String DISABLED = "AZURE_IDENTITY_DISABLE_MULTITENANTAUTH";

    /** The application's own tenant, and any other one that a request names. */
    public static EntraTenants allowAny(String home) {
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

    /**
     * The tenant for a request.
     *
     * @param requested the tenant that the request names; null for none
     * @throws TokenAcquisitionException if that tenant is not allowed
     */
    String resolve(@Nullable String requested) {
        requireTenant(home);
        if (requested == null || requested.equalsIgnoreCase(home)) {
            return home;
        }
        requireTenant(requested);
        if (isAllowed(requested)) {
            return requested;
        }
        throw new TokenAcquisitionException(
                Code.INVALID_CONFIGURATION,
                "the tenant " + Excerpt.of(requested, 60) + " is not the application's own",
                "Add it to " + ALLOWED + " if it is meant, and unset " + DISABLED + ".");
    }

    private boolean isAllowed(String requested) {
        // AD FS has one tenant only.
        if (home.equalsIgnoreCase("adfs")) {
            return false;
        }
        for (String tenant : allowed) {
            if (tenant.equals("*") || tenant.equalsIgnoreCase(requested)) {
                return true;
            }
        }
        return false;
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
