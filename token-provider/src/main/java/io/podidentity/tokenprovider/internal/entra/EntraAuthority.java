package io.podidentity.tokenprovider.internal.entra;

import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.internal.text.Environment;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The cloud whose Entra ID is asked, by its authority host: {@code login.microsoftonline.com} unless told otherwise,
 * {@code login.microsoftonline.us}, {@code login.chinacloudapi.cn}, {@code login.sovcloud-identity.fr} and so on.
 *
 * <p>No instance discovery request is made, for any host. Microsoft's libraries make one to learn which hosts are names
 * of the same cloud, since they share cached tokens between them; here a proof goes to the configured host alone and no
 * token is shared, so the request could only add a round trip, and fail in a private cloud.
 *
 * @param url the base URL, with a slash at its end
 * @param asked the base URL of the endpoint that is asked: the same, or one within a region
 */
public record EntraAuthority(String url, String asked) {
    /** The cloud that is meant when nothing is said. */
    static final String PUBLIC_CLOUD = "https://login.microsoftonline.com/";

    /**
     * The cloud that {@code AZURE_AUTHORITY_HOST} names, within the region that {@code AZURE_REGIONAL_AUTHORITY_NAME}
     * names, if it names one. To find the region out is left to {@code REGION_NAME}, which App Service sets; without
     * it the global endpoint is asked.
     */
    public static EntraAuthority of(Environment environment) {
        EntraAuthority authority = of(environment.get("AZURE_AUTHORITY_HOST"), "AZURE_AUTHORITY_HOST");
        String region = environment.get("AZURE_REGIONAL_AUTHORITY_NAME");
        if ("AutoDiscoverRegion".equalsIgnoreCase(region) || "TryAutoDetect".equalsIgnoreCase(region)) {
            region = environment.get("REGION_NAME");
        }
        return region == null ? authority : authority.inRegion(region);
    }

    public static EntraAuthority of(@Nullable String host, String setting) {
        if (host == null) {
            return new EntraAuthority(PUBLIC_CLOUD, PUBLIC_CLOUD);
        }
        requireBaseUrl(host, setting, PUBLIC_CLOUD);
        String url = host.endsWith("/") ? host : host + "/";
        return new EntraAuthority(url, url);
    }

    /**
     * Makes sure that a setting is an https URL of a host, with a path at most. Its value is not shown, since it may
     * hold a password.
     */
    static URI requireBaseUrl(String url, String setting, String example) {
        String problem = "is no URL";
        try {
            URI uri = new URI(url);
            problem = problem(uri);
            if (problem.isEmpty()) {
                return uri;
            }
        } catch (URISyntaxException e) {
            // The parser's message holds the text.
        }
        throw new TokenAcquisitionException(
                Code.INVALID_CONFIGURATION, setting + " " + problem, "Correct it, such as " + example + ".");
    }

    private static String problem(URI uri) {
        if (!"https".equalsIgnoreCase(uri.getScheme())) {
            return "is not an https URL";
        }
        if (uri.getRawUserInfo() != null || uri.getRawQuery() != null || uri.getRawFragment() != null) {
            return "must be a host and no user, query or fragment";
        }
        return uri.getHost() == null ? "names no host" : "";
    }

    /**
     * The same cloud, asked within a region, which answers while the global endpoint is out of reach; proofs are made
     * for the global one all the same (MSAL's regional authorities).
     */
    EntraAuthority inRegion(String region) {
        if (!region.matches("[A-Za-z0-9-]*")) {
            throw new TokenAcquisitionException(
                    Code.INVALID_CONFIGURATION,
                    "AZURE_REGIONAL_AUTHORITY_NAME is not a region",
                    "Correct it, such as westeurope, or unset it.");
        }
        String host = URI.create(url).getRawAuthority().toLowerCase(Locale.ROOT);
        boolean isPublic = host.equals("login.microsoftonline.com")
                || host.equals("login.microsoft.com")
                || host.equals("login.windows.net")
                || host.equals("sts.windows.net");
        return new EntraAuthority(url, "https://" + region + "." + (isPublic ? "login.microsoft.com" : host) + "/");
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
     * Whom the token of a managed identity is for that is an assertion in this cloud (Microsoft Learn, "Configure an
     * application to trust a managed identity").
     */
    public String exchangeAudience() {
        String host = String.valueOf(URI.create(url).getHost()).toLowerCase(Locale.ROOT);
        String cloud = host.endsWith("microsoftonline.us") ? "USGov" : host.endsWith(".cn") ? "China" : "";
        return "api://AzureADTokenExchange" + cloud;
    }

    /** Whether it is AD FS or dSTS, which verify only what was signed in the older way (RS256, x5t). */
    boolean isOlder(String tenant) {
        return isAdfs(tenant) || url.toLowerCase(Locale.ROOT).contains("/dstsv2/");
    }

    /** AD FS calls its only tenant adfs, and knows one version of the protocol. */
    private static boolean isAdfs(String tenant) {
        return tenant.equalsIgnoreCase("adfs");
    }

    private static String path(String tenant) {
        return tenant + (isAdfs(tenant) ? "/oauth2/token" : "/oauth2/v2.0/token");
    }
}
