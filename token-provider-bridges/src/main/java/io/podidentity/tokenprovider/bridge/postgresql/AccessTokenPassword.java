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
 * The password of Azure Database for PostgreSQL: an access token, a valid one for each new connection. The driver makes
 * it when the URL says
 *
 * <pre>{@code
 * authenticationPluginClassName=io.podidentity.tokenprovider.bridge.postgresql.AccessTokenPassword
 * }</pre>
 *
 * <p>Two more properties of the connection are read: {@code token-provider.resource}, in place of {@code
 * https://ossrdbms-aad.database.windows.net}, and {@code token-provider.connection-string}, how to sign in, as for
 * {@link AzureServiceTokenProvider#AzureServiceTokenProvider(String)}.
 *
 * <p>The server asks for this password in clear text, so the connection must be one that is never without TLS: an {@code
 * sslmode} of {@code require}, {@code verify-ca} or {@code verify-full}. With the driver's own {@code prefer} anybody
 * between it and the server can have it send the token in the clear.
 *
 * <p><i>Thread-safety:</i> safe for use by several threads. <i>Lifecycle:</i> the driver makes one for each connection;
 * all share the process's tokens.
 */
public final class AccessTokenPassword implements AuthenticationPlugin {
    private static final String DEFAULT_RESOURCE = "https://ossrdbms-aad.database.windows.net";

    private final Properties properties;
    private final Supplier<AzureServiceTokenProvider> provider;

    /**
     * @param properties those of the connection
     */
    public AccessTokenPassword(Properties properties) {
        // Made when the password is asked for: what is wrong then is said by the driver as it stands.
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
     * @param type how the server asks for the password; a token is all there is
     * @return the token; a secret, which the driver overwrites
     * @throws PSQLException if the connection may be without TLS or a property has an impossible value (SQL state
     *     22023), or if there is no token (08001 if a later try may succeed, else 28000); the message is that of the
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
                    "No access token is sent over a connection that may be without TLS: sslmode is " + mode.value
                            + ". Set sslmode=verify-full, or require at least.",
                    PSQLState.INVALID_PARAMETER_VALUE);
        }
    }
}
