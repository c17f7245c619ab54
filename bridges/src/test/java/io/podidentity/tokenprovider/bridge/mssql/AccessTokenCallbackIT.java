// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.bridge.mssql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.microsoft.sqlserver.jdbc.SQLServerAccessTokenCallback;
import com.microsoft.sqlserver.jdbc.SQLServerException;
import com.microsoft.sqlserver.jdbc.SqlAuthenticationToken;
import io.podidentity.emulator.PodIdentityEmulator;
import io.podidentity.emulator.junit.EmulatorExtension;
import io.podidentity.tokenprovider.AccessToken;
import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.bridge.LoopbackServer;
import java.nio.file.Path;
import java.sql.DriverManager;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The real driver signs in to a server that speaks the start of the TDS protocol. */
@ExtendWith(EmulatorExtension.class)
class AccessTokenCallbackIT {
    private static final String RESOURCE = "https://database.windows.net/";
    private static final String ISSUER = "https://login.windows.net/";

    /** The class under test with a provider of this test; the driver creates it by name. */
    public static final class InThisTest implements SQLServerAccessTokenCallback {
        private static AzureServiceTokenProvider provider;

        private final AccessTokenCallback callback = new AccessTokenCallback(provider);

        @Override
        public SqlAuthenticationToken getAccessToken(String spn, String stsurl) {
            return callback.getAccessToken(spn, stsurl);
        }
    }

    @TempDir
    private Path folder;

    private AzureServiceTokenProvider provider;

    @BeforeEach
    void start(PodIdentityEmulator azure) {
        provider = AzureServiceTokenProvider.builder()
                .environment(azure.environment())
                .build();
        InThisTest.provider = provider;
    }

    @Test
    void connection_sendsATokenForTheServersResourceAndTenant(PodIdentityEmulator azure) throws Exception {
        try (var server = new LoopbackServer(new TdsConversation(RESOURCE, ISSUER + azure.tenantId()))) {
            assertThatThrownBy(() -> connect(server, InThisTest.class))
                    .isInstanceOf(SQLServerException.class)
                    .hasMessageStartingWith("Login failed for user ''.");

            assertThat(server.token())
                    .isEqualTo(provider.getAccessToken(
                            TokenRequest.forResource(RESOURCE).withTenantId(azure.tenantId())));
        }
    }

    @Test
    void connection_toAServerThatWantsAnotherServicesToken_saysSoAndSendsNone(PodIdentityEmulator azure)
            throws Exception {
        try (var server =
                new LoopbackServer(new TdsConversation("https://management.azure.com/", ISSUER + azure.tenantId()))) {
            assertThatThrownBy(() -> connect(server, AccessTokenCallback.class))
                    .isInstanceOf(SQLServerException.class)
                    .rootCause()
                    .hasMessage("The server asks for a token for \"https://management.azure.com/\", which is not Azure"
                            + " SQL. If you trust it, write your own callback for it.");
            assertThat(server.sawToken()).isFalse();
        }
    }

    @Test
    void token_hasTheProvidersExpiry(PodIdentityEmulator azure) {
        SqlAuthenticationToken token =
                new AccessTokenCallback(provider).getAccessToken(RESOURCE, ISSUER + azure.tenantId() + "/");

        AccessToken same = provider.getAuthenticationResult(RESOURCE, azure.tenantId());
        assertThat(token.getAccessToken()).isEqualTo(same.value());
        assertThat(token.getExpiresOn().toInstant()).isEqualTo(same.expiresOn());
    }

    @ParameterizedTest
    @ValueSource(strings = {"common", "organizations"})
    void token_ofNoTenantInParticular_isTheProvidersOwn(String any) {
        assertThat(new AccessTokenCallback(provider)
                        .getAccessToken(RESOURCE, ISSUER + any)
                        .getAccessToken())
                .isEqualTo(provider.getAccessToken(RESOURCE));
    }

    @Test
    void token_ofAnotherTenant_isRefusedWithTheReasonAsTheCause() {
        assertThatThrownBy(() -> new AccessTokenCallback(provider)
                        .getAccessToken(RESOURCE, ISSUER + "99999999-9999-9999-9999-999999999999"))
                .isInstanceOf(IllegalStateException.class)
                .cause()
                .isInstanceOf(TokenAcquisitionException.class)
                .hasMessageContaining("not of 99999999-9999-9999-9999-999999999999");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "http://login.windows.net/t", "https://login.windows.net/", "https://a@b/t"})
    void token_ofAnIssuerThatIsNone_isRefused(String stsurl) {
        assertThatThrownBy(() -> new AccessTokenCallback(provider).getAccessToken(RESOURCE, stsurl))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("The server names \"" + stsurl
                        + "\" as the issuer of its tokens, which is not an https URL with a tenant."
                        + " Check that the server is Azure SQL.");
    }

    private void connect(LoopbackServer server, Class<?> callback) throws Exception {
        Path trust = server.trustStore(folder.resolve("trust.p12"), "changeit");
        DriverManager.getConnection("jdbc:sqlserver://localhost:" + server.port()
                        + ";encrypt=strict;loginTimeout=5;connectRetryCount=0;trustStoreType=PKCS12"
                        + ";trustStorePassword=changeit;trustStore=" + trust
                        + ";accessTokenCallbackClass=" + callback.getName())
                .close();
    }
}
