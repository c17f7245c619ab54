// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.application;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.groups.Tuple.tuple;

import io.podidentity.tokenprovider.AccessToken;
import io.podidentity.tokenprovider.Principal;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.TokenSource;
import io.podidentity.tokenprovider.TokenSource.Acquired;
import io.podidentity.tokenprovider.TokenSource.Unavailable;
import io.podidentity.tokenprovider.internal.application.KeyVaultTokenSource.KeyVaultSecret;
import io.podidentity.tokenprovider.internal.certificate.ClientCertificate;
import io.podidentity.tokenprovider.internal.entra.EntraAuthority;
import io.podidentity.tokenprovider.internal.entra.EntraClient;
import io.podidentity.tokenprovider.internal.http.HttpResponse;
import io.podidentity.tokenprovider.support.Certificates;
import io.podidentity.tokenprovider.support.Contexts;
import io.podidentity.tokenprovider.support.FakeTime;
import io.podidentity.tokenprovider.support.FakeTransport;
import io.podidentity.tokenprovider.support.FakeVault;
import io.podidentity.tokenprovider.support.Forms;
import io.podidentity.tokenprovider.support.Tokens;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KeyVaultTokenSourceTest {
    private static final String SECRET = "https://myvault.vault.azure.net/secrets/c";
    private static final String VAULT_TENANT = "33333333-3333-3333-3333-333333333333";
    private static final TokenRequest REQUEST =
            TokenRequest.forResource("https://storage.azure.com/").withDeadline(Duration.ofSeconds(30));
    private static final ClientCertificate ONE = Certificates.rsa("CN=one");
    private static final ClientCertificate OTHER = Certificates.otherRsa("CN=other");

    private final FakeTime time = new FakeTime();
    private final List<TokenRequest> vaultRequests = new ArrayList<>();
    private FakeTransport.Answer vault = FakeVault.vault(200, FakeVault.secret(ONE));
    private FakeTransport.Answer entra =
            request -> new HttpResponse(200, "{\"access_token\":\"opaque\",\"expires_in\":3599}", null);
    private final FakeTransport http = FakeVault.with(request -> vault.to(request), request -> entra.to(request));
    private final TokenSource source = source(null);

    @Test
    void acquire_withoutATenant_asksTheVaultsTenantForBothTokens() throws Exception {
        AccessToken token = ((Acquired) source.acquire(REQUEST)).token();

        assertThat(vaultRequests)
                .extracting(
                        TokenRequest::resource, request -> request.tenantId().orElseThrow())
                .containsExactly(tuple("https://vault.azure.net", VAULT_TENANT));
        assertThat(http.requests()).hasSize(3);
        assertThat(Forms.header(http.requests().get(0), "Authorization")).isNull();
        assertThat(Forms.header(http.requests().get(1), "Authorization")).startsWith("Bearer ");
        assertThat(http.requests().get(2).url())
                .isEqualTo("https://login.microsoftonline.com/" + VAULT_TENANT + "/oauth2/v2.0/token");
        assertThat(token.principal().flatMap(Principal::certificateThumbprint)).hasValue(ONE.thumbprint());
        assertThat(token.source()).isEqualTo("Key Vault certificate");
    }

    @Test
    void acquire_withATenant_asksIt() throws Exception {
        source("contoso.com").acquire(REQUEST);

        assertThat(http.requests().get(2).url())
                .isEqualTo("https://login.microsoftonline.com/contoso.com/oauth2/v2.0/token");
    }

    @Test
    void acquire_withinAnHour_doesNotReadTheVaultAgain() throws Exception {
        source.acquire(REQUEST);
        time.advance(Duration.ofMinutes(59));
        source.acquire(REQUEST);
        assertThat(vaultRequests).hasSize(1);

        time.advance(Duration.ofMinutes(2));
        source.acquire(REQUEST);
        assertThat(vaultRequests).hasSize(2);
    }

    @Test
    void acquire_whenEntraDoesNotTakeTheCertificate_readsItsSuccessor() throws Exception {
        source.acquire(REQUEST);
        vault = FakeVault.vault(200, FakeVault.secret(OTHER));
        int[] asked = {0};
        entra = request -> asked[0]++ == 0
                ? new HttpResponse(401, "{\"error\":\"invalid_client\",\"error_codes\":[700027]}", null)
                : new HttpResponse(200, "{\"access_token\":\"opaque\",\"expires_in\":3599}", null);

        AccessToken token = ((Acquired) source.acquire(REQUEST)).token();

        assertThat(token.principal().flatMap(Principal::certificateThumbprint)).hasValue(OTHER.thumbprint());
    }

    @Test
    void acquire_whenThereIsNoSuccessor_isRefusedAfterOneTry() {
        entra = request -> new HttpResponse(401, "{\"error\":\"invalid_client\",\"error_codes\":[700027]}", null);

        assertThat(failure())
                .hasMessage("HTTP 401 \"AADSTS700027\". Add the certificate to the application with"
                        + " 'az ad app credential reset --cert', or renew it.");
        assertThat(http.requests())
                .filteredOn(request -> request.form() != null)
                .hasSize(1);
    }

    @Test
    void acquire_whileTheVaultIsDown_usesTheCertificateItHas() throws Exception {
        source.acquire(REQUEST);
        time.advance(Duration.ofHours(2));
        vault = request -> new HttpResponse(503, "", null);

        assertThat(source.acquire(REQUEST)).isInstanceOf(Acquired.class);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "401 | Unauthorized | Check the identity's tenant; it must be the vault's.",
                "403 | Forbidden | Give the identity the role 'Key Vault Secrets User' and allow it in the vault's firewall.",
                "404 | SecretNotFound | Check the identifier's spelling.",
            })
    void acquire_whenTheVaultRefuses_saysWhatToDo(int status, String code, String remedy) {
        vault = FakeVault.vault(status, "{\"error\":{\"code\":\"" + code + "\",\"message\":\"No, for a reason.\"}}");

        assertThat(failure())
                .hasMessage("Key Vault returned an error: HTTP " + status + " \"" + code + "\": No, for a reason. "
                        + remedy);
    }

    @ParameterizedTest
    @CsvSource({
        "https://management.azure.com",
        "https://evilvault.azure.net",
        "http://vault.azure.net",
        "vault.azure.net",
        "https://myvault.vault.azure.net",
    })
    void acquire_whenTheVaultWantsATokenForSomethingElse_sendsNone(String resource) {
        vault = FakeVault.vault(
                "Bearer authorization=\"https://login.windows.net/t\", resource=\"" + resource + "\"", 200, "{}");

        assertThat(failure())
                .hasMessage("myvault.vault.azure.net asks for a token for " + resource
                        + ", to which it does not belong. Check the vault's address; no token was sent.");
        assertThat(vaultRequests).isEmpty();
    }

    @Test
    void acquire_whenThereIsNoTokenForTheVault_saysWhy() {
        TokenSource none = request -> new Unavailable("not here", "Come here.");
        KeyVaultTokenSource source =
                new KeyVaultTokenSource(client(), null, "c", new KeyVaultSecret(SECRET, none, Contexts.of(http, time)));

        TokenAcquisitionException failure =
                catchThrowableOfType(TokenAcquisitionException.class, () -> source.acquire(REQUEST));

        assertThat(failure.getMessage())
                .startsWith("no token for the key vault from ")
                .endsWith(": not here. Come here.");
    }

    @Test
    void acquire_ofASecretThatIsNoCertificate_saysSo() {
        vault = FakeVault.vault(200, FakeVault.secret("text/plain", "hunter2"));

        assertThat(failure())
                .hasMessage(
                        "the secret is not a certificate. Use the secret that Key Vault created for a certificate.");
    }

    @Test
    void acquire_ofACertificateInPem_takesIt() throws Exception {
        vault = FakeVault.vault(
                200,
                FakeVault.secret("application/x-pem-file", Certificates.pem(ONE.key()) + Certificates.pem(ONE.leaf())));

        assertThat(source.acquire(REQUEST)).isInstanceOf(Acquired.class);
    }

    private TokenAcquisitionException failure() {
        return catchThrowableOfType(TokenAcquisitionException.class, () -> source.acquire(REQUEST));
    }

    private KeyVaultTokenSource source(String tenantId) {
        TokenSource tokens = request -> {
            vaultRequests.add(request);
            return new Acquired(Tokens.accessToken(request.resource(), Certificates.UNTIL));
        };
        return new KeyVaultTokenSource(
                client(), tenantId, "c", new KeyVaultSecret(SECRET, tokens, Contexts.of(http, time)));
    }

    private EntraClient client() {
        return new EntraClient(EntraAuthority.of(null, "none"), null, http, time);
    }
}
