// SPDX-License-Identifier: Apache-2.0
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
 * Gets the access token for Azure SQL. The driver creates this class if the URL has
 *
 * <pre>{@code
 * accessTokenCallbackClass=io.podidentity.tokenprovider.bridge.mssql.AccessTokenCallback
 * }</pre>
 *
 * A program can also set one itself: {@code dataSource.setAccessTokenCallback(new AccessTokenCallback(provider))}.
 *
 * <p>The server names the resource and the tenant of the token. So that no server can ask for a token of another
 * service, only the resource of Azure SQL is accepted, in each cloud, and the token must be from that tenant.
 *
 * <p><i>Thread-safety:</i> safe for use by several threads. <i>Lifecycle:</i> the driver creates one instance for each
 * connection; all instances share the tokens of the process.
 *
 * @since 0.1.0
 */
public final class AccessTokenCallback implements SQLServerAccessTokenCallback {
    private static final Set<String> RESOURCES = Set.of(
            "https://database.windows.net/",
            "https://database.usgovcloudapi.net/",
            "https://database.chinacloudapi.cn/");
    private static final Pattern TENANT_URL = Pattern.compile("https://[\\w.-]+/([\\w.-]+)(/[\\w./-]*)?");
    /** What a URL contains if it names no tenant. */
    private static final Set<String> ANY_TENANT = Set.of("common", "organizations");

    private final AzureServiceTokenProvider provider;

    /**
     * Uses the settings of the process.
     *
     * @throws IllegalArgumentException if one of them has an invalid value
     */
    public AccessTokenCallback() {
        this(new AzureServiceTokenProvider());
    }

    /**
     * @param provider gets the tokens
     */
    public AccessTokenCallback(AzureServiceTokenProvider provider) {
        this.provider = requireNonNull(provider, "provider");
    }

    /**
     * Gets a token.
     *
     * @param spn the resource, as the server names it: {@code https://database.windows.net/}
     * @param stsurl the issuer, as the server names it: {@code https://login.microsoftonline.com/TENANT}
     * @throws IllegalStateException if there is no token, or the server asks for a token that is not for Azure SQL. The
     *     driver reports only the cause of this exception, so the cause has the full message: a
     *     {@link TokenAcquisitionException} or an {@link IllegalArgumentException}
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
                    + "\", which is not Azure SQL. If you trust it, write your own callback for it.");
        }
        return spn;
    }

    private static @Nullable String tenant(String stsurl) {
        Matcher url = TENANT_URL.matcher(stsurl);
        if (!url.matches()) {
            throw new IllegalArgumentException("The server names \"" + stsurl
                    + "\" as the issuer of its tokens, which is not an https URL with a tenant."
                    + " Check that the server is Azure SQL.");
        }
        String tenant = url.group(1);
        return ANY_TENANT.contains(tenant) ? null : tenant;
    }
}
