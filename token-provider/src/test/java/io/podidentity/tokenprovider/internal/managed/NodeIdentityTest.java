// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.managed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.TokenSource.Acquired;
import io.podidentity.tokenprovider.TokenSource.Outcome;
import io.podidentity.tokenprovider.TokenSource.Unavailable;
import io.podidentity.tokenprovider.internal.http.HttpResponse;
import io.podidentity.tokenprovider.internal.text.Environment;
import io.podidentity.tokenprovider.support.Contexts;
import io.podidentity.tokenprovider.support.FakeTime;
import io.podidentity.tokenprovider.support.FakeTransport;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A pod that nothing gave an identity, where the node's own metadata service answers, or NMI. */
class NodeIdentityTest {
    private static final TokenRequest REQUEST =
            TokenRequest.forResource("https://storage.azure.com/").withDeadline(Duration.ofSeconds(30));
    private static final String LABEL = "Is the pod's label azure.workload.identity/use: \"true\" missing?";
    private static final Unavailable REFUSED = new Unavailable(
            "this would be the identity of the node, which every pod on it can use",
            LABEL + " To be the node, set AzureServicesAuthConnectionString=RunAs=App.");
    private static final Map<String, String> POD = Map.of("KUBERNETES_SERVICE_HOST", "10.0.0.1");

    /** As NMI writes it, in all of its versions. */
    private static final String OF_NMI = "{\"access_token\":\"t\",\"refresh_token\":\"\",\"expires_in\":\"3600\","
            + "\"expires_on\":\"4102444800\",\"not_before\":\"0\",\"resource\":\"r\",\"token_type\":\"Bearer\"}";

    private static final String OF_IMDS = "{\"access_token\":\"t\",\"client_id\":\"c\",\"expires_in\":\"3600\","
            + "\"expires_on\":\"4102444800\",\"ext_expires_in\":\"3600\",\"not_before\":\"0\",\"resource\":\"r\","
            + "\"token_type\":\"Bearer\"}";
    private static final String SEVERAL =
            "{\"error\":\"invalid_request\",\"error_description\":\"Multiple user assigned"
                    + " identities exist, please specify the clientId / resourceId of the identity in the token request\"}";

    private final FakeTransport http = new FakeTransport();

    @Test
    void acquire_ofTheNodesOwnMetadataService_isRefusedByOneRequest() throws Exception {
        answers(200, OF_IMDS, "IMDS/150.870.65.1103");

        assertThat(chain(POD).acquire(REQUEST)).isEqualTo(REFUSED);
        assertThat(http.requests()).hasSize(1);
    }

    /** A service mesh writes its own name over the server's; an old host leaves the client ID out. */
    @Test
    void acquire_byEitherSignAlone_isRefused() throws Exception {
        answers(200, OF_IMDS, "envoy");
        answers(200, OF_NMI, "imds");

        assertThat(chain(POD).acquire(REQUEST)).isEqualTo(REFUSED);
        assertThat(chain(POD).acquire(REQUEST)).isEqualTo(REFUSED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "envoy"})
    void acquire_throughNmi_isTheTokenAsEver(String server) throws Exception {
        answers(200, OF_NMI, server.isEmpty() ? null : server);

        assertAcquired(chain(POD).acquire(REQUEST), "");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"AZURE_CLIENT_ID", "AZURE_MANAGED_IDENTITY_OBJECT_ID", "AZURE_MANAGED_IDENTITY_RESOURCE_ID"})
    void acquire_whereAVariableNamesAnIdentity_isTheToken(String variable) throws Exception {
        answers(200, OF_IMDS.replace("{", "{\"object_id\":\"c\",\"msi_res_id\":\"c\","), "IMDS/1");
        Map<String, String> variables = new HashMap<>(POD);
        variables.put(variable, "c");

        assertAcquired(chain(variables).acquire(REQUEST), "");
    }

    @Test
    void acquire_whereTheRequestNamesAnIdentity_isTheToken() throws Exception {
        answers(200, OF_IMDS, "IMDS/1");

        assertAcquired(chain(POD).acquire(REQUEST.withClientId("c")), "");
    }

    @Test
    void acquire_outsideAPod_isTheToken() throws Exception {
        answers(200, OF_IMDS, "IMDS/1");

        assertAcquired(chain(Map.of()).acquire(REQUEST), "");
    }

    /** A token file whose account names no client ID lets workload identity pass; that makes nobody the node. */
    @Test
    void acquire_whereOnlyATokenFileIsThere_isRefused() throws Exception {
        answers(200, OF_IMDS, "IMDS/1");
        Map<String, String> variables = new HashMap<>(POD);
        variables.put("AZURE_FEDERATED_TOKEN_FILE", "/t");

        assertThat(chain(variables).acquire(REQUEST)).isEqualTo(REFUSED);
    }

    @Test
    void acquire_whereTheSourceOrItsHostIsNamed_isTheTokenAndSaysWhoseItIs() throws Exception {
        answers(200, OF_IMDS, "IMDS/1");
        String caveat = "this is the identity of the node, which every pod on it can use";
        Map<String, String> hosted = new HashMap<>(POD);
        hosted.put("AZURE_POD_IDENTITY_AUTHORITY_HOST", "http://127.0.0.1:1");

        assertAcquired(
                new ImdsTokenSource(Contexts.of(environment(POD), http, new FakeTime()), false, null).acquire(REQUEST),
                caveat);
        assertAcquired(chain(hosted).acquire(REQUEST), caveat);
    }

    @Test
    void acquire_ofANodeWithSeveralIdentities_isRefusedAndDoesNotBlameABinding() throws Exception {
        answers(400, SEVERAL, "IMDS/1");

        assertThat(chain(POD).acquire(REQUEST))
                .isEqualTo(new Unavailable(
                        "this would be the identity of the node, which every pod on it can use, and the node has several",
                        LABEL + " To be one of the node's, set AZURE_CLIENT_ID."));
    }

    @Test
    void acquire_ofAMachineWithSeveralIdentities_saysToNameOne() {
        answers(400, SEVERAL, "IMDS/1");

        assertThatThrownBy(() -> chain(Map.of()).acquire(REQUEST))
                .hasMessageStartingWith("HTTP 400 \"invalid_request\": Multiple user assigned identities exist")
                .hasMessageEndingWith(" Name one of them by AZURE_CLIENT_ID, or by AppId in the connection string.");
    }

    /** NMI leaves the client ID out where the manifest lacks it, and wraps what IMDS says to that. */
    @Test
    void acquire_whenNmiNamedNoneOfSeveral_pointsToTheManifest() {
        answers(403, "adal: Refresh request failed. Status Code = '400'. Response body: " + SEVERAL, null);

        assertThatThrownBy(() -> chain(POD).acquire(REQUEST))
                .hasMessageEndingWith(" Give the AzureIdentity its clientID.");
    }

    @Test
    void acquire_whenTheNodeHasNoIdentity_asksForTheLabel() throws Exception {
        answers(400, "{\"error\":\"invalid_request\",\"error_description\":\"Identity not found\"}", "IMDS/1");

        assertThat(chain(POD).acquire(REQUEST))
                .isEqualTo(new Unavailable("HTTP 400 \"invalid_request\": Identity not found", LABEL));
    }

    private static void assertAcquired(Outcome outcome, String caveat) {
        assertThat(outcome).isInstanceOf(Acquired.class);
        assertThat(((Acquired) outcome).caveat()).isEqualTo(caveat);
    }

    private void answers(int status, String body, String server) {
        http.does(request -> new HttpResponse(status, body, null, null, null, null, server));
    }

    private ImdsTokenSource chain(Map<String, String> variables) {
        return ImdsTokenSource.ofChain(Contexts.of(environment(variables), http, new FakeTime()), false);
    }

    private static Environment environment(Map<String, String> variables) {
        return new Environment(variables, false, false, "/nowhere");
    }
}
