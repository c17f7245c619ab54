package io.podidentity.tokenprovider.bridge.mssql;

import static java.util.Objects.requireNonNull;

import com.microsoft.sqlserver.jdbc.SQLServerAccessTokenCallback;
import com.microsoft.sqlserver.jdbc.SqlAuthenticationToken;
import io.podidentity.tokenprovider.AccessToken;
import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenRequest;
import java.util.Date;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The access token of Azure SQL. The driver makes it when the URL says
 *
 * <pre>{@code
 * accessTokenCallbackClass=io.podidentity.tokenprovider.bridge.mssql.AccessTokenCallback
 * }</pre>
 *
 * or is given one: {@code dataSource.setAccessTokenCallback(new AccessTokenCallback(provider))}.
 *
 * <p>It is the server that says which resource and tenant the token shall be for. So that no server can ask for a token of
 * some other service, only the resource of Azure SQL is answered, in each cloud; and the token must be of that tenant.
 *
 * <p><i>Thread-safety:</i> safe for use by several threads. <i>Lifecycle:</i> the driver makes one for each connection;
 * all share the process's tokens.
 */
public final class AccessTokenCallback implements SQLServerAccessTokenCallback {
    private static final Set<String> RESOURCES = Set.of(
            "https://database.windows.net/",
            "https://database.usgovcloudapi.net/",
            "https://database.chinacloudapi.cn/");
    private static final Pattern TENANT_URL = Pattern.compile("https://[\\w.-]+/([\\w.-]+)(/[\\w./-]*)?");
    /** What stands where a URL names no tenant. */
    private static final Set<String> ANY_TENANT = Set.of("common", "organizations");

    private final AzureServiceTokenProvider provider;

    /**
     * With the process's own settings.
     *
     * @throws IllegalArgumentException if one of them has an impossible value
     */
    public AccessTokenCallback() {
        this(new AzureServiceTokenProvider());
    }

    /**
     * @param provider where the tokens come from
     */
    public AccessTokenCallback(AzureServiceTokenProvider provider) {
        this.provider = requireNonNull(provider, "provider");
    }

    /**
     * Gets a token.
     *
     * @param spn the resource, as the server names it: {@code https://database.windows.net/}
     * @param stsurl the issuer, as the server names it: {@code https://login.microsoftonline.com/TENANT}
     * @throws IllegalStateException if there is no token, or the server asks for what is not its own. The driver reports
     *     the cause of what a class throws, and not that itself, so the cause says all: a {@link
     *     TokenAcquisitionException}, or an {@link IllegalArgumentException}
     */
    @Override
    public SqlAuthenticationToken getAccessToken(String spn, String stsurl) {
        try {
            AccessToken token = provider.getAuthenticationResult(
                    TokenRequest.forResource(resource(spn)).withTenantId(tenant(stsurl)));
            return new SqlAuthenticationToken(token.value(), Date.from(token.expiresOn()));
        } catch (TokenAcquisitionException | IllegalArgumentException e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
    }

    private static String resource(String spn) {
        if (!RESOURCES.contains(spn.endsWith("/") ? spn : spn + "/")) {
            throw new IllegalArgumentException("The server asks for a token for \"" + spn
                    + "\", which is not Azure SQL. Connect to it by a callback of your own if you trust it.");
        }
        return spn;
    }

    private static @Nullable String tenant(String stsurl) {
        Matcher url = TENANT_URL.matcher(stsurl);
        if (!url.matches()) {
            throw new IllegalArgumentException("The server names \"" + stsurl
                    + "\" as the issuer of its tokens, which is no https URL with a tenant. Is it Azure SQL?");
        }
        String tenant = url.group(1);
        return ANY_TENANT.contains(tenant) ? null : tenant;
    }
}
