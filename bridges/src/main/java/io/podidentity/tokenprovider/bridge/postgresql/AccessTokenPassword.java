// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.bridge.postgresql;

import static java.util.Objects.requireNonNull;

import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import java.util.Properties;
import java.util.function.Supplier;
import org.postgresql.jdbc.SslMode;
import org.postgresql.plugin.AuthenticationPlugin;
import org.postgresql.plugin.AuthenticationRequestType;
import org.postgresql.util.PSQLException;
import org.postgresql.util.PSQLState;

/**
 * Gets the password for Azure Database for PostgreSQL: a valid access token for each new connection. The driver creates
 * this class if the URL has
 *
 * <pre>{@code
 * authenticationPluginClassName=io.podidentity.tokenprovider.bridge.postgresql.AccessTokenPassword
 * }</pre>
 *
 * <p>Two more connection properties are read: {@code token-provider.resource}, which replaces
 * {@code https://ossrdbms-aad.database.windows.net}, and {@code token-provider.connection-string}, which says how to
 * sign in, as for {@link AzureServiceTokenProvider#AzureServiceTokenProvider(String)}.
 *
 * <p>The server asks for this password in clear text, so the connection must always use TLS: the {@code sslmode} must
 * be {@code require}, {@code verify-ca} or {@code verify-full}. With {@code prefer}, the driver's default, an attacker
 * between the driver and the server can make the driver send the token in clear text.
 *
 * <p><i>Thread-safety:</i> safe for use by several threads. <i>Lifecycle:</i> the driver creates one instance for each
 * connection; all instances share the tokens of the process.
 *
 * @since 0.1.0
 */
public final class AccessTokenPassword implements AuthenticationPlugin {
    private static final String DEFAULT_RESOURCE = "https://ossrdbms-aad.database.windows.net";

    private final Properties properties;
    private final Supplier<AzureServiceTokenProvider> provider;

    /**
     * @param properties the properties of the connection
     */
    public AccessTokenPassword(Properties properties) {
        // The provider is created when the password is needed: the driver then reports an error unchanged.
        this(
                properties,
                () -> new AzureServiceTokenProvider(properties.getProperty("token-provider.connection-string")));
    }

    AccessTokenPassword(Properties properties, Supplier<AzureServiceTokenProvider> provider) {
        this.properties = requireNonNull(properties, "properties");
        this.provider = provider;
    }

    /**
     * Gets a token.
     *
     * @param type how the server asks for the password; ignored, because the password is always a token
     * @return the token; a secret, which the driver overwrites
     * @throws PSQLException if the connection might not use TLS or a property has an invalid value (SQL state 22023),
     *     or if there is no token (08001 if a later attempt may succeed, else 28000). The message is that of the
     *     {@link TokenAcquisitionException}, which is the cause
     */
    @Override
    public char[] getPassword(AuthenticationRequestType type) throws PSQLException {
        requireTls();
        try {
            String resource = properties.getProperty("token-provider.resource", DEFAULT_RESOURCE);
            return provider.get().getAccessToken(resource).toCharArray();
        } catch (TokenAcquisitionException e) {
            PSQLState state = e.isTransient()
                    ? PSQLState.CONNECTION_UNABLE_TO_CONNECT
                    : PSQLState.INVALID_AUTHORIZATION_SPECIFICATION;
            throw new PSQLException(e.getMessage(), state, e);
        } catch (IllegalArgumentException e) {
            throw new PSQLException(e.getMessage(), PSQLState.INVALID_PARAMETER_VALUE, e);
        }
    }

    private void requireTls() throws PSQLException {
        SslMode mode = SslMode.of(properties);
        if (!mode.requireEncryption()) {
            throw new PSQLException(
                    "An access token is never sent over a connection that might not use TLS: sslmode is " + mode.value
                            + ". Set sslmode=verify-full, or at least require.",
                    PSQLState.INVALID_PARAMETER_VALUE);
        }
    }
}
