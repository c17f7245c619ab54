// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.bridge.postgresql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.podidentity.emulator.PodIdentityEmulator;
import io.podidentity.emulator.junit.EmulatorExtension;
import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenSource;
import io.podidentity.tokenprovider.bridge.LoopbackServer;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.Properties;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postgresql.plugin.AuthenticationPlugin;
import org.postgresql.plugin.AuthenticationRequestType;
import org.postgresql.util.PSQLException;

/** The real driver signs in to a server that speaks the start of the PostgreSQL protocol. */
@ExtendWith(EmulatorExtension.class)
class AccessTokenPasswordIT {
    private static final String RESOURCE = "https://ossrdbms-aad.database.windows.net";

    /** The class under test with a provider of this test; the driver creates it by name. */
    public static final class InThisTest implements AuthenticationPlugin {
        private static AzureServiceTokenProvider provider;

        private final AccessTokenPassword password;

        public InThisTest(Properties properties) {
            password = new AccessTokenPassword(properties, () -> provider);
        }

        @Override
        public char[] getPassword(AuthenticationRequestType type) throws PSQLException {
            return password.getPassword(type);
        }
    }

    @TempDir
    private Path folder;

    private LoopbackServer server;

    @BeforeEach
    void start(PodIdentityEmulator azure) throws IOException {
        server = new LoopbackServer(new PostgresqlConversation());
        InThisTest.provider = AzureServiceTokenProvider.builder()
                .environment(azure.environment())
                .build();
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
    }

    @Test
    void connection_isMadeWithATokenAsThePassword() throws Exception {
        try (Connection connection = DriverManager.getConnection(url(InThisTest.class), "podidentitydemo", null)) {
            assertThat(connection.getMetaData().getDatabaseProductVersion()).isEqualTo("17.0");
        }

        assertThat(server.token()).isEqualTo(InThisTest.provider.getAccessToken(RESOURCE));
    }

    @Test
    void connection_withAResourceOfItsOwn_isMadeWithATokenForThat() throws Exception {
        String url = url(InThisTest.class) + "&token-provider.resource=https://database.windows.net";
        DriverManager.getConnection(url, "podidentitydemo", null).close();

        assertThat(server.token())
                .isEqualTo(InThisTest.provider.getAccessToken("https://database.windows.net"))
                .isNotEqualTo(InThisTest.provider.getAccessToken(RESOURCE));
    }

    @ParameterizedTest
    @CsvSource({"sslmode, disable, disable", "sslmode, allow, allow", "sslmode, prefer, prefer", "user, anybody, prefer"
    })
    void password_ofAConnectionThatMayBeWithoutTls_isRefused(String name, String value, String mode) {
        var properties = new Properties();
        properties.setProperty(name, value);

        assertThatThrownBy(() ->
                        new AccessTokenPassword(properties).getPassword(AuthenticationRequestType.CLEARTEXT_PASSWORD))
                .isInstanceOf(PSQLException.class)
                .hasMessage("An access token is never sent over a connection that might not use TLS: sslmode is " + mode
                        + ". Set sslmode=verify-full, or at least require.");
    }

    @Test
    void connection_withAnImpossibleConnectionString_saysWhatIsWrong() throws IOException {
        String url = url(AccessTokenPassword.class) + "&token-provider.connection-string=RunAs%3DNobody";

        assertThatThrownBy(() -> DriverManager.getConnection(url, "podidentitydemo", null))
                .isInstanceOfSatisfying(
                        SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("22023"))
                .hasMessageStartingWith("The connection string");
        assertThat(server.sawToken()).isFalse();
    }

    @Test
    void connection_withoutAToken_saysWhy() {
        TokenSource none = request -> new TokenSource.Unavailable("not here", "");
        InThisTest.provider =
                AzureServiceTokenProvider.builder().sources(List.of(none)).build();

        assertThatThrownBy(() -> DriverManager.getConnection(url(InThisTest.class), "podidentitydemo", null))
                .isInstanceOfSatisfying(
                        SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("28000"))
                .hasMessageStartingWith("No token for " + RESOURCE + " (NO_SOURCE_AVAILABLE).")
                .hasCauseInstanceOf(TokenAcquisitionException.class);
        assertThat(server.sawToken()).isFalse();
    }

    private String url(Class<?> plugin) throws IOException {
        return "jdbc:postgresql://localhost:" + server.port() + "/db?assumeMinServerVersion=17"
                + "&sslmode=verify-full&sslrootcert=" + server.certificateAuthority(folder.resolve("ca.pem"))
                + "&authenticationPluginClassName=" + plugin.getName();
    }
}
