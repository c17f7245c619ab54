// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.nmi;

import io.podidentity.emulator.adal.TokenServices;
import io.podidentity.emulator.cluster.AzureAssignedIdentity;
import io.podidentity.emulator.cluster.AzureAssignedIdentity.State;
import io.podidentity.emulator.cluster.AzureIdentity;
import io.podidentity.emulator.cluster.AzureIdentityBinding;
import io.podidentity.emulator.cluster.Cluster;
import io.podidentity.emulator.cluster.KubernetesObject;
import io.podidentity.emulator.cluster.Metadata;
import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.cluster.PodSpec;
import io.podidentity.emulator.cluster.Profile;
import io.podidentity.emulator.http.Answer;
import io.podidentity.emulator.http.Request;
import io.podidentity.emulator.time.ManualClock;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/** NMI with a made-up cluster around it, where time passes as fast as it can. */
final class NmiFixture implements AutoCloseable {

    static final Instant START = Instant.parse("2020-01-25T09:55:08.123456Z");
    static final String ADDRESS = "10.244.0.9:40000";
    static final String TOKEN = "/metadata/identity/oauth2/token";
    static final String TOKEN_JSON = "{\"access_token\":\"t\",\"client_id\":\"c\",\"expires_in\":\"3599\","
            + "\"expires_on\":\"1506484173\",\"ext_expires_in\":\"3599\",\"not_before\":\"1506480273\","
            + "\"resource\":\"r\",\"token_type\":\"Bearer\"}";

    final ManualClock clock = new ManualClock(START);
    final List<String> lines = Collections.synchronizedList(new ArrayList<>());
    final List<Request> calls = Collections.synchronizedList(new ArrayList<>());
    final NmiSettings settings;
    List<Pod> podsAtAddress = List.of(Pod.of("default", "demo", Map.of()));
    Cluster cluster = Cluster.EMPTY;
    boolean apiServerIsDown;
    TokenServices services = new Replies(call ->
            NmiFixture.target(call).startsWith(TOKEN) || NmiFixture.target(call).contains("/oauth2/token")
                    ? NmiFixture.reply(200, Map.of(), TOKEN_JSON)
                    : NmiFixture.reply(404, Map.of("Content-Type", "application/json"), "{\"error\":\"not_found\"}"));

    private final Thread time = new Thread(this::passTime, "passing-time");

    NmiFixture(Profile profile) {
        this(NmiSettings.of(profile));
    }

    NmiFixture(NmiSettings settings) {
        this.settings = settings;
        time.setDaemon(true);
        time.start();
    }

    /** In steps of a tenth of a second, as long as somebody waits. */
    private void passTime() {
        try {
            while (true) {
                clock.awaitWaiters(1);
                clock.advance(Duration.ofMillis(100));
            }
        } catch (InterruptedException | IllegalStateException over) {
            // The test is over.
        }
    }

    interface Replying {
        Answer to(Request call) throws IOException;
    }

    /** Answers in one way, and notes what was asked. */
    final class Replies implements TokenServices {
        private final Replying replying;

        Replies(Replying replying) {
            this.replying = replying;
        }

        @Override
        public Answer ask(Service service, Request call) throws IOException {
            calls.add(call);
            return replying.to(call);
        }

        @Override
        public String audience(String tenant) {
            return "https://localhost/" + tenant + "/oauth2/token";
        }
    }

    static Answer reply(int status, Map<String, String> headers, String body) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        return new Answer(status, headers, bytes.length, out -> out.write(bytes), Duration.ZERO);
    }

    static String target(Request call) {
        return call.rawPath() + call.queryPart();
    }

    void replies(Replying replying) {
        services = new Replies(replying);
    }

    ApiServer apiServer() {
        return new ApiServer() {
            @Override
            public Cluster cluster() {
                if (apiServerIsDown) {
                    throw new ApiServer.UnavailableException("the server is currently unable to handle the request");
                }
                return cluster;
            }

            @Override
            public List<Pod> podsAt(String ip) {
                return ADDRESS.startsWith(ip + ":") ? podsAtAddress : List.of();
            }
        };
    }

    void apply(KubernetesObject... objects) {
        cluster = cluster.with(List.of(objects));
    }

    /** In the order of the calls. */
    void assign(ObjectName pod, AzureIdentity identity, State state) {
        String name = "%03d-%s"
                .formatted(
                        cluster.all(AzureAssignedIdentity.class).size(),
                        identity.name().name());
        apply(new AzureAssignedIdentity(
                Metadata.of("default", name),
                identity,
                new AzureIdentityBinding(
                        Metadata.of("default", "binding"), identity.name().name(), "demo"),
                pod,
                PodSpec.NODE,
                state));
    }

    void assign(AzureIdentity identity, State state) {
        assign(new ObjectName("default", "demo"), identity, state);
    }

    static AzureIdentity identity(String name, String clientId) {
        return AzureIdentity.managed(
                Metadata.of("default", name),
                "/subscriptions/s/resourcegroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/" + name,
                clientId);
    }

    Answer get(String target) {
        return get(target, Map.of("Metadata", "true"));
    }

    Answer get(String target, Map<String, String> headers) {
        return from(ADDRESS, target, headers);
    }

    Answer from(String remoteAddress, String target, Map<String, String> headers) {
        var nmi = new Nmi(settings, apiServer(), services, clock, Clock.fixed(START, ZoneOffset.UTC), lines::add);
        return nmi.seenFrom(remoteAddress).answer(Request.of("GET", target, headers));
    }

    static String body(Answer answer) {
        try {
            var bytes = new ByteArrayOutputStream();
            answer.body().writeTo(bytes);
            return bytes.toString(StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    Duration elapsed() {
        return Duration.between(START, clock.instant());
    }

    @Override
    public void close() {
        time.interrupt();
    }
}
