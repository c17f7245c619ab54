// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.podidentity.tokenprovider.AccessToken;
import io.podidentity.tokenprovider.AgentIdentity;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.TokenSource;
import io.podidentity.tokenprovider.internal.application.AgentTokenSource;
import io.podidentity.tokenprovider.internal.application.ClientAssertion;
import io.podidentity.tokenprovider.internal.entra.EntraClient;
import io.podidentity.tokenprovider.internal.http.HttpRequest;
import io.podidentity.tokenprovider.internal.http.HttpResponse;
import io.podidentity.tokenprovider.internal.http.HttpTransport;
import io.podidentity.tokenprovider.internal.text.Time;
import io.podidentity.tokenprovider.support.Contexts;
import io.podidentity.tokenprovider.support.FakeTime;
import io.podidentity.tokenprovider.support.Forms;
import io.podidentity.tokenprovider.support.ManualExecutor;
import io.podidentity.tokenprovider.support.Tokens;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How long the proofs of agent identities are kept, and how often they are requested. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class AgentTokensTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final String BLUEPRINT = "blueprint";
    private static final AgentIdentity ONE = AgentIdentity.ofClientId("one");
    private static final AgentIdentity TWO = AgentIdentity.ofClientId("two");
    private static final String STORAGE = "https://storage.azure.com";
    private static final String VAULT = "https://vault.azure.net";

    private final FakeTime time = new FakeTime();
    private final Entra entra = new Entra();
    private final ManualExecutor proofExecutor = new ManualExecutor();

    @Test
    void get_ofTwoResourcesAndTwoAgents_requestsTheBlueprintsTokenOncePerAgent() {
        TokenCache cache = cacheOnThisThread();

        for (AgentIdentity agent : List.of(ONE, TWO)) {
            for (String resource : List.of(STORAGE, VAULT)) {
                get(cache, TokenRequest.forResource(resource).withAgent(agent));
            }
        }

        assertThat(entra.requests())
                .containsExactly(
                        "blueprint for one",
                        "one at " + STORAGE,
                        "one at " + VAULT,
                        "blueprint for two",
                        "two at " + STORAGE,
                        "two at " + VAULT);
    }

    @Test
    void get_forAUserAccount_keepsTheExchangesTokenApart() {
        TokenCache cache = cacheOnThisThread();
        AgentIdentity user = ONE.withUserPrincipalName("agent@contoso.com");

        get(cache, TokenRequest.forResource(STORAGE).withAgent(user));
        get(cache, TokenRequest.forResource(VAULT).withAgent(user));
        get(cache, TokenRequest.forResource(VAULT).withAgent(ONE));

        assertThat(entra.requests())
                .containsExactly(
                        "blueprint for one",
                        "one at the exchange",
                        "one at " + STORAGE + " for agent@contoso.com",
                        "one at " + VAULT + " for agent@contoso.com",
                        "one at " + VAULT);
    }

    @Test
    void get_inAnotherTenant_requestsTheBlueprintsTokenThere() {
        TokenCache cache = cacheOnThisThread();
        TokenRequest request = TokenRequest.forResource(STORAGE).withAgent(ONE);

        get(cache, request);
        get(cache, request.withTenantId("other"));

        assertThat(entra.requests())
                .containsExactly("blueprint for one", "one at " + STORAGE, "blueprint for one", "one at " + STORAGE);
        assertThat(entra.tenants()).containsExactly("home", "home", "other", "other");
    }

    @Test
    void get_forced_requestsTheAgentsOwnTokenAndNotTheProof() {
        TokenCache cache = cacheOnThisThread();
        TokenRequest request = TokenRequest.forResource(STORAGE).withAgent(ONE);

        get(cache, request);
        get(cache, request.withForceRefresh(true));

        assertThat(entra.requests()).containsExactly("blueprint for one", "one at " + STORAGE, "one at " + STORAGE);
    }

    @Test
    void get_whenTheBlueprintsTokenIsDue_renewsItBehindTheCaller() {
        TokenSource source = source(proofs(proofExecutor));
        TokenCache cache = cache(source, Runnable::run);
        CountDownLatch done = new CountDownLatch(1);
        Thread first = new Thread(() -> {
            get(cache, TokenRequest.forResource(STORAGE).withAgent(ONE));
            done.countDown();
        });
        first.start();
        runNextProof();
        awaitEnd(done);

        // The blueprint's token lives for 3900 s, and is due five minutes before its end.
        time.advance(Duration.ofSeconds(3700));
        get(cache, TokenRequest.forResource(VAULT).withAgent(ONE));

        assertThat(entra.requests())
                .as("the caller got a token with the old proof")
                .containsExactly("blueprint for one", "one at " + STORAGE, "one at " + VAULT);
        assertThat(entra.proofs()).containsExactly("proof-1", "proof-1");
        runNextProof();
        get(cache, TokenRequest.forResource("api://third").withAgent(ONE));
        assertThat(entra.proofs()).containsExactly("proof-1", "proof-1", "proof-2");
    }

    @Test
    void get_afterTheBlueprintsTokenExpired_getsANewOneFirst() {
        TokenCache cache = cacheOnThisThread();
        get(cache, TokenRequest.forResource(STORAGE).withAgent(ONE));

        time.advance(Duration.ofSeconds(4000));
        get(cache, TokenRequest.forResource(VAULT).withAgent(ONE));

        assertThat(entra.proofs()).containsExactly("proof-1", "proof-2");
    }

    @Test
    void get_whenManyWaitForOneAgent_requestsTheBlueprintsTokenOnceForAll() throws Exception {
        int callers = 64;
        entra.hold();
        TokenSource source = source(proofs(new RequestExecutor(null, null)));
        Queue<AccessToken> tokens = new ConcurrentLinkedQueue<>();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < callers; i++) {
            // Each caller wants another resource, so only the blueprint's token is the same for all.
            TokenRequest request = TokenRequest.forResource("api://" + i).withAgent(i % 2 == 0 ? ONE : TWO);
            Thread caller = new Thread(() -> tokens.add(acquire(source, request)));
            threads.add(caller);
            caller.start();
        }
        threads.forEach(AgentTokensTest::awaitItsWait);
        entra.letGo();
        for (Thread thread : threads) {
            thread.join();
        }

        assertThat(tokens).hasSize(callers);
        assertThat(entra.requests())
                .filteredOn(request -> request.startsWith("blueprint"))
                .containsExactlyInAnyOrder("blueprint for one", "blueprint for two");
        assertThat(entra.requests()).hasSize(2 + callers);
    }

    @Test
    void get_fromAnotherSource_isNotAskedForAnAgent() {
        TokenCache cache = cache(
                request -> {
                    throw new AssertionError("asked");
                },
                Runnable::run);

        TokenAcquisitionException failure = catchThrowableOfType(
                TokenAcquisitionException.class,
                () -> get(cache, TokenRequest.forResource(STORAGE).withAgent(ONE)));

        assertThat(failure.code()).isEqualTo(Code.NO_SOURCE_AVAILABLE);
        assertThat(failure.attempts())
                .singleElement()
                .satisfies(attempt -> assertThat(attempt.reason())
                        .isEqualTo("the request names an agent identity, which needs a blueprint"));
    }

    @Test
    void get_whenTheBlueprintIsRefused_saysTheStepInTheCallsOwnFailure() {
        entra.refuse();

        TokenAcquisitionException failure = catchThrowableOfType(
                TokenAcquisitionException.class,
                () -> get(cacheOnThisThread(), TokenRequest.forResource(STORAGE).withAgent(ONE)));

        assertThat(failure)
                .hasMessageContaining("Agent identity: failed (0 ms): the blueprint's token for agent identity one:"
                        + " HTTP 401 \"AADSTS70025\"")
                .hasMessageEndingWith("/docs/troubleshooting/application.md#agent-identity");
    }

    private void runNextProof() {
        // The caller's thread is on its way to ask for the proof.
        while (proofExecutor.waiting() == 0) {
            Thread.onSpinWait();
        }
        proofExecutor.runNext();
    }

    /** Waits until a caller waits for the blueprint's token, which nobody gets yet. */
    private static void awaitItsWait(Thread caller) {
        while (caller.getState() != Thread.State.WAITING && caller.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }
    }

    private static void awaitEnd(CountDownLatch done) {
        try {
            assertThat(done.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static AccessToken get(TokenCache cache, TokenRequest request) {
        return cache.get(request, LIMIT).token;
    }

    private static AccessToken acquire(TokenSource source, TokenRequest request) {
        try {
            return ((TokenSource.Acquired) source.acquire(request.withDeadline(LIMIT))).token();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** A cache whose sources, and whose proofs, are asked on the calling thread. */
    private TokenCache cacheOnThisThread() {
        return cache(source(proofs(Runnable::run)), Runnable::run);
    }

    private TokenCache cache(TokenSource source, Executor executor) {
        return new TokenCache(new TokenSourceChain(List.of(source), time, null, false), executor, time, LIMIT);
    }

    private BiFunction<TokenSource, String, TokenSource> proofs(Executor executor) {
        return (source, audience) -> new CachedProofs(source, audience, cache(source, executor));
    }

    private TokenSource source(BiFunction<TokenSource, String, TokenSource> proofs) {
        return new AgentTokenSource(
                EntraClient.of(Contexts.of(entra, time), null),
                "home",
                BLUEPRINT,
                new ClientAssertion(ClientAssertion.suppliedBy(() -> "proof of the pod")),
                null,
                proofs);
    }

    /** Entra ID's token endpoint, which answers every request and notes what it was asked for. */
    private static final class Entra extends HttpTransport {
        private final List<String> requests = new ArrayList<>();
        private final List<String> tenants = new ArrayList<>();
        private final List<String> proofs = new ArrayList<>();
        private int blueprintTokens;
        private CountDownLatch gate = new CountDownLatch(0);
        private boolean refuses;

        Entra() {
            super(Time.SYSTEM);
        }

        void hold() {
            gate = new CountDownLatch(1);
        }

        void letGo() {
            gate.countDown();
        }

        void refuse() {
            refuses = true;
        }

        synchronized List<String> requests() {
            return List.copyOf(requests);
        }

        synchronized List<String> tenants() {
            return List.copyOf(tenants);
        }

        /** The blueprint's tokens that came as proofs, in the order of the requests. */
        synchronized List<String> proofs() {
            return List.copyOf(proofs);
        }

        @Override
        public HttpResponse send(HttpRequest request) throws InterruptedException {
            gate.await();
            return answer(request);
        }

        private synchronized HttpResponse answer(HttpRequest request) {
            Map<String, String> form = Forms.fields(request.form());
            if (refuses) {
                return new HttpResponse(
                        401,
                        "{\"error\":\"invalid_client\",\"error_description\":\"AADSTS70025: None. Trace ID: x\"}",
                        null);
            }
            tenants.add(request.url().split("/", -1)[3]);
            String path = form.get("fmi_path");
            if (path != null) {
                requests.add(form.get("client_id") + " for " + path);
                blueprintTokens++;
                return token("proof-" + blueprintTokens, 3900);
            }
            String resource = form.get("scope").replace("/.default", "");
            String user = form.containsKey("username") ? " for " + form.get("username") : "";
            requests.add(form.get("client_id") + " at " + resource.replace("api://AzureADTokenExchange", "the exchange")
                    + user);
            proofs.add(form.get("client_assertion"));
            return token(Tokens.jwt(Map.of("appid", form.get("client_id"))), 3600);
        }

        private static HttpResponse token(String value, int seconds) {
            return new HttpResponse(200, "{\"access_token\":\"" + value + "\",\"expires_in\":" + seconds + "}", null);
        }
    }
}
