// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.entra;

import io.podidentity.emulator.http.Request;
import java.util.Arrays;
import java.util.Optional;

/** What there is at Entra ID's address, below the name of a tenant. */
enum EntraPage {
    INSTANCE_DISCOVERY("discovery/instance", "GET", true),
    KEYS_OF_VERSION_1("discovery/keys", "GET", true),
    KEYS_OF_VERSION_2("discovery/v2.0/keys", "GET", true),
    CONFIGURATION_OF_VERSION_1(".well-known/openid-configuration", "GET", true),
    CONFIGURATION_OF_VERSION_2("v2.0/.well-known/openid-configuration", "GET", true),
    AUTHORIZE("oauth2/v2.0/authorize", "GET", false),
    LOGOUT("oauth2/v2.0/logout", "GET", false),
    DEVICE_CODE("oauth2/v2.0/devicecode", "POST", false),
    TOKEN_OF_VERSION_1("oauth2/token", "POST", false),
    TOKEN_OF_VERSION_2("oauth2/v2.0/token", "POST", true);

    final String path;
    /** The HTTP method by which the page is asked. */
    final String method;
    /** Whether a page of another origin may read the answer. */
    final boolean isOpen;

    EntraPage(String path, String method, boolean isOpen) {
        this.path = path;
        this.method = method;
        this.isOpen = isOpen;
    }

    /** The page that a request asks for, whatever its method; empty if there is none. */
    static Optional<EntraPage> find(Request request) {
        String path = String.join("/", request.segments().stream().skip(1).toList());
        return Arrays.stream(values()).filter(page -> page.path.equals(path)).findFirst();
    }

    /** Whether the page is the same for all tenants, so that the name of the tenant is not looked at. */
    boolean isOfNoTenant() {
        return this == INSTANCE_DISCOVERY || this == LOGOUT;
    }
}
