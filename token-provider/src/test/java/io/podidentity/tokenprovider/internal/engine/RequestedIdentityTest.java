// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.UserAssignedIdentity;
import io.podidentity.tokenprovider.internal.chain.DefaultSources;
import io.podidentity.tokenprovider.internal.http.HttpRequest;
import io.podidentity.tokenprovider.internal.http.HttpResponse;
import io.podidentity.tokenprovider.internal.source.SourceContext;
import io.podidentity.tokenprovider.internal.text.Environment;
import io.podidentity.tokenprovider.support.FakeTime;
import io.podidentity.tokenprovider.support.FakeTransport;
import java.io.File;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A service principal in the variables and a metadata service: who gets what does not depend on who asked first. */
class RequestedIdentityTest {
    private static final TokenRequest PLAIN =
            TokenRequest.forResource("https://storage.azure.com/").withDeadline(Duration.ofSeconds(30));
    private static final TokenRequest NAMED = PLAIN.withClientId("managed");

    private final FakeTime time = new FakeTime();
    private final FakeTransport http = new FakeTransport().does(RequestedIdentityTest::answer);
    private final TokenSourceChain chain = new TokenSourceChain(
            new DefaultSources(new SourceContext(
                            new Environment(
                                    Map.of(
                                            "AZURE_TENANT_ID", "33333333-3333-3333-3333-333333333333",
                                            "AZURE_CLIENT_ID", "application",
                                            "AZURE_CLIENT_SECRET", "s",
                                            "KUBERNETES_SERVICE_HOST", "10.0.0.1"),
                                    false,
                                    false,
                                    "/nowhere"),
                            new File("/nowhere"),
                            http,
                            time))
                    .createAll(),
            time,
            null,
            false);

    @Test
    void acquire_plainFirst_leavesANamedIdentityToTheMetadataService() throws InterruptedException {
        assertThat(token(PLAIN)).isEqualTo("of-application");
        assertThat(token(NAMED)).isEqualTo("of-client_id=managed");
        assertThat(token(PLAIN)).isEqualTo("of-application");
    }

    @Test
    void acquire_aNamedIdentityFirst_leavesAPlainRequestToTheApplication() throws InterruptedException {
        assertThat(token(NAMED)).isEqualTo("of-client_id=managed");
        assertThat(token(PLAIN)).isEqualTo("of-application");
        assertThat(token(NAMED)).isEqualTo("of-client_id=managed");
    }

    @Test
    void acquire_byAnyIdOfAnIdentity_asksTheMetadataServiceForIt() throws InterruptedException {
        assertThat(token(PLAIN.withIdentity(UserAssignedIdentity.ofObjectId("o"))))
                .isEqualTo("of-object_id=o");
        assertThat(token(PLAIN.withIdentity(UserAssignedIdentity.ofResourceId("r"))))
                .isEqualTo("of-msi_res_id=r");
        assertThat(token(PLAIN.withClientId("APPLICATION"))).isEqualTo("of-application");
    }

    private String token(TokenRequest request) throws InterruptedException {
        return chain.acquire(ChainRuns.of(chain, request, time), null).token.value();
    }

    private static HttpResponse answer(HttpRequest request) {
        String url = request.url();
        String whose = url.contains("/metadata/") ? url.substring(url.lastIndexOf('&') + 1) : "application";
        return new HttpResponse(200, "{\"access_token\":\"of-" + whose + "\",\"expires_in\":3600}", null);
    }
}
