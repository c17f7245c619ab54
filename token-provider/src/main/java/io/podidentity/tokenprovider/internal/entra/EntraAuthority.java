// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.entra;

import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.internal.Nullable;
import io.podidentity.tokenprovider.internal.text.Environment;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Locale;

/**
 * The cloud whose Entra ID is asked. Its authority host is {@code login.microsoftonline.com} unless a setting names
 * another one, such as {@code login.microsoftonline.us}, {@code login.chinacloudapi.cn} or {@code
 * login.sovcloud-identity.fr}.
 *
 * <p>There is no instance discovery. Microsoft's libraries send such a request to learn which hosts belong to the same
 * cloud, because they share cached tokens between these hosts. This library sends a proof to the configured host only
 * and shares no tokens. So the request would only add a round trip, and would fail in a private cloud.
 *
 * @param url the base URL, with a slash at its end
 * @param asked the base URL of the endpoint that is asked: the same URL, or one in a region
 */
public record EntraAuthority(String url, String asked) {
    /** The cloud that is asked unless a setting names another one. */
    static final String PUBLIC_CLOUD = "https://login.microsoftonline.com/";

    /** The names of the public cloud. They share the endpoints in regions. */
    private static final List<String> PUBLIC_HOSTS =
            List.of("login.microsoftonline.com", "login.microsoft.com", "login.windows.net", "sts.windows.net");

    /**
     * The cloud that {@code AZURE_AUTHORITY_HOST} names. If {@code AZURE_REGIONAL_AUTHORITY_NAME} names a region, the
     * endpoint of that region is asked. If that variable asks for discovery, the region is {@code REGION_NAME}, which
     * App Service sets, and without it the global endpoint is asked.
     */
    public static EntraAuthority of(Environment environment) {
        EntraAuthority authority = of(environment.get("AZURE_AUTHORITY_HOST"), "AZURE_AUTHORITY_HOST");
        String region = environment.get("AZURE_REGIONAL_AUTHORITY_NAME");
        if ("AutoDiscoverRegion".equalsIgnoreCase(region) || "TryAutoDetect".equalsIgnoreCase(region)) {
            region = environment.get("REGION_NAME");
        }
        if (region == null) {
            return authority;
        }
        return authority.inRegion(region);
    }

    public static EntraAuthority of(@Nullable String host, String setting) {
        if (host == null) {
            return new EntraAuthority(PUBLIC_CLOUD, PUBLIC_CLOUD);
        }
        requireBaseUrl(host, setting, PUBLIC_CLOUD);
        String url = host;
        if (!url.endsWith("/")) {
            url += "/";
        }
        return new EntraAuthority(url, url);
    }

    /**
     * Makes sure that a setting is an https URL with nothing but a host and perhaps a path. The message does not show
     * the value, because it may hold a password.
     */
    static URI requireBaseUrl(String url, String setting, String example) {
        String problem = "is no URL";
        try {
            URI uri = new URI(url);
            problem = findProblem(uri);
            if (problem.isEmpty()) {
                return uri;
            }
        } catch (URISyntaxException e) {
            // The message of the parser shows the value.
        }
        throw new TokenAcquisitionException(
                Code.INVALID_CONFIGURATION, setting + " " + problem, "Correct it, such as " + example + ".");
    }

    private static String findProblem(URI uri) {
        if (!"https".equalsIgnoreCase(uri.getScheme())) {
            return "is not an https URL";
        }
        if (uri.getRawUserInfo() != null || uri.getRawQuery() != null || uri.getRawFragment() != null) {
            return "must be a host and no user, query or fragment";
        }
        if (uri.getHost() == null) {
            return "names no host";
        }
        return "";
    }

    /**
     * The same cloud with the endpoint of a region, which still answers if the global endpoint is out of reach. Proofs
     * still name the global endpoint, as with MSAL's regional authorities.
     */
    EntraAuthority inRegion(String region) {
        if (!region.matches("[A-Za-z0-9-]*")) {
            throw new TokenAcquisitionException(
                    Code.INVALID_CONFIGURATION,
                    "AZURE_REGIONAL_AUTHORITY_NAME is not a region",
                    "Correct it, such as westeurope, or unset it.");
        }
        String host = URI.create(url).getRawAuthority().toLowerCase(Locale.ROOT);
        if (PUBLIC_HOSTS.contains(host)) {
            host = "login.microsoft.com";
        }
        return new EntraAuthority(url, "https://" + region + "." + host + "/");
    }

    String baseUrl() {
        return asked.substring(0, asked.length() - 1);
    }

    public String tokenEndpoint(String tenant) {
        return asked + path(tenant);
    }

    String audience(String tenant) {
        return url + path(tenant);
    }

    /**
     * The audience of a managed identity's token that serves as an assertion in this cloud (Microsoft Learn, "Configure
     * an application to trust a managed identity").
     */
    public String exchangeAudience() {
        String host = String.valueOf(URI.create(url).getHost()).toLowerCase(Locale.ROOT);
        if (host.endsWith("microsoftonline.us")) {
            return "api://AzureADTokenExchangeUSGov";
        }
        if (host.endsWith(".cn")) {
            return "api://AzureADTokenExchangeChina";
        }
        return "api://AzureADTokenExchange";
    }

    /** Whether this is AD FS or dSTS, which verify only signatures of the older kind (RS256, x5t). */
    boolean isOlder(String tenant) {
        return isAdfs(tenant) || url.toLowerCase(Locale.ROOT).contains("/dstsv2/");
    }

    /** AD FS calls its only tenant adfs, and knows one version of the protocol. */
    private static boolean isAdfs(String tenant) {
        return tenant.equalsIgnoreCase("adfs");
    }

    private static String path(String tenant) {
        if (isAdfs(tenant)) {
            return tenant + "/oauth2/token";
        }
        return tenant + "/oauth2/v2.0/token";
    }
}
