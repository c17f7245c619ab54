// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.emulator.history.RecordedRequest;
import io.podidentity.emulator.plan.ManagedIdentity;
import io.podidentity.testsupport.Client;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ImdsTest {

    private static final String TOKEN = "/metadata/identity/oauth2/token";
    private static final String QUERY = "?api-version=2018-02-01&resource=https%3A%2F%2Fstorage.azure.com%2F";
    private static final ManagedIdentity FIRST = new ManagedIdentity("first", "c1", "o1");
    private static final ManagedIdentity SECOND = new ManagedIdentity("second", "c2", "o2");

    private PodIdentityEmulator azure;
    private Client client;

    @BeforeEach
    void startWithTwoIdentities() {
        azure = PodIdentityEmulator.builder().identity(FIRST, SECOND).start();
        client = Client.of(azure.sslContext());
    }

    @AfterEach
    void close() {
        azure.close();
    }

    @ParameterizedTest
    @CsvSource({
        "/metadata/identity/oauth2/token, client_id=c2",
        "//metadata/identity/oauth2/token, client_id=C2",
        "/metadata/identity/oauth2/token, object_id=o2",
        "/metadata/identity/oauth2/token, msi_res_id=",
        "/metadata/identity/oauth2/token, mi_res_id="
    })
    void token_whenTheIdentityIsNamed_isOfThatIdentity(String path, String name) throws Exception {
        String named = name.endsWith("=") ? name + SECOND.resourceId() : name;
        HttpResponse<String> answer = get(path + QUERY + "&" + named);

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(Client.claims(answer).getStringClaim("appid")).isEqualTo("c2");
        assertThat(Client.claims(answer).getStringClaim("oid")).isEqualTo("o2");
        assertThat(Client.claims(answer).getStringClaim("xms_mirid")).isEqualTo(SECOND.resourceId());
        assertThat(Client.claims(answer).getAudience()).containsExactly("https://storage.azure.com/");
    }

    @ParameterizedTest
    @CsvSource({
        "/metadata/instance/compute?api-version=2021-02-01, 200, vmScaleSetName",
        "/metadata/instance/compute/vmId?api-version=2021-02-01&format=text, 200, 60000000-0000-4000-8000-000000000001",
        "/metadata/instance/compute/vmId?api-version=2021-02-01, 400, format=text",
        "/metadata/instance/nothing?api-version=2021-02-01, 404, not_found",
        "/metadata/instance/compute, 400, api-version"
    })
    void instance_ofAPart_isThatPart(String path, int status, String text) throws Exception {
        HttpResponse<String> answer = get(path);

        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(answer.body()).contains(text);
    }

    @Test
    void token_always_hasStringsForNumbers() throws Exception {
        var body = Client.json(get(TOKEN + QUERY + "&client_id=c1"));

        assertThat(body.values()).allSatisfy(value -> assertThat(value).isInstanceOf(String.class));
        assertThat(body)
                .containsOnlyKeys(
                        "access_token",
                        "client_id",
                        "expires_in",
                        "expires_on",
                        "ext_expires_in",
                        "not_before",
                        "refresh_token",
                        "resource",
                        "token_type");
    }

    @Test
    void token_askedTwice_differs() throws Exception {
        assertThat(Client.json(get(TOKEN + QUERY + "&client_id=c1")).get("access_token"))
                .isNotEqualTo(Client.json(get(TOKEN + QUERY + "&client_id=c1")).get("access_token"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "?resource=https://vault.azure.net&client_id=c1 | Required query variable 'api-version' is missing",
                "?api-version=2018-02-01&client_id=c1 | Required query variable 'resource' is missing",
                "?api-version=2018-02-01&resource=https://vault.azure.net&client_id=c3 | Identity not found",
                "?api-version=2018-02-01&resource=https://vault.azure.net&client_id=c1&object_id=o1 | Only one of client_id,"
                        + " object_id and msi_res_id can be specified",
                "?api-version=2018-02-01&resource=https://vault.azure.net | Multiple user assigned identities exist, please"
                        + " specify the clientId / resourceId of the identity in the token request"
            })
    void token_whenTheQueryIsWrong_saysWhy(String query, String description) throws Exception {
        HttpResponse<String> answer = get(TOKEN + query);

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(Client.json(answer))
                .containsEntry("error", "invalid_request")
                .containsEntry("error_description", description);
    }

    @Test
    void token_whenTheResourceIsUnknown_isRefusedAsEntraDoes() throws Exception {
        HttpResponse<String> answer = get(TOKEN + "?api-version=2018-02-01&client_id=c1&resource=https://no.invalid");

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(Client.json(answer)).containsEntry("error", "invalid_resource");
        assertThat(answer.body()).contains("AADSTS500011");
    }

    @Test
    void token_withoutMetadataHeader_isRefused() throws Exception {
        HttpResponse<String> answer = client.get(azure.imds() + TOKEN + QUERY + "&client_id=c1");

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(Client.json(answer))
                .containsEntry("error", "invalid_request")
                .containsEntry("error_description", "Required metadata header not specified");
    }

    @Test
    void token_whenForwarded_isRefused() throws Exception {
        HttpResponse<String> answer = client.get(
                azure.imds() + TOKEN + QUERY + "&client_id=c1", "Metadata", "true", "X-Forwarded-For", "10.0.0.1");

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).doesNotContain("access_token");
    }

    @Test
    void token_whenTheNodeHasASystemAssignedIdentity_isOfIt() throws Exception {
        var system = new ManagedIdentity("node", "c0", "o0", true);
        try (var node =
                PodIdentityEmulator.builder().identity(FIRST, system, SECOND).start()) {
            var answer = Client.of(node.sslContext()).get(node.imds() + TOKEN + QUERY, "Metadata", "true");
            assertThat(Client.claims(answer).getStringClaim("appid")).isEqualTo("c0");
        }
    }

    @Test
    void token_whenTheNodeHasNoIdentity_isNotFound() throws Exception {
        try (var node = PodIdentityEmulator.builder().identity().start()) {
            var answer = Client.of(node.sslContext()).get(node.imds() + TOKEN + QUERY, "Metadata", "true");
            assertThat(answer.statusCode()).isEqualTo(400);
            assertThat(answer.body()).contains("Identity not found");
        }
    }

    @Test
    void answers_alwaysNameTheService() throws Exception {
        assertThat(get(TOKEN + QUERY + "&client_id=c1").headers().firstValue("Server"))
                .hasValue("IMDS/150.870.65.1103");
        assertThat(get(TOKEN).headers().firstValue("Server")).hasValue("IMDS/150.870.65.1103");
    }

    @Test
    void instance_withMetadataHeader_describesTheNode() throws Exception {
        HttpResponse<String> answer = get("/metadata/instance?api-version=2021-02-01");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(Client.json(answer)).containsOnlyKeys("compute");
    }

    @Test
    void requests_afterSome_areKeptInOrder() throws Exception {
        var before = get("/metadata/instance?api-version=2021-02-01");
        var after = client.get(azure.imds() + "/elsewhere");

        assertThat(List.of(before.statusCode(), after.statusCode())).containsExactly(200, 404);
        assertThat(azure.requests())
                .extracting(RecordedRequest::toString)
                .containsExactly("imds GET /metadata/instance?api-version=2021-02-01 200", "imds GET /elsewhere 404");
    }

    private HttpResponse<String> get(String target) throws Exception {
        return client.get(azure.imds() + target, "Metadata", "true");
    }
}
