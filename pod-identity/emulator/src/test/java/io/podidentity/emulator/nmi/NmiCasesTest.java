// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.nmi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.podidentity.emulator.cases.Case;
import io.podidentity.emulator.cases.CaseRunner;
import io.podidentity.emulator.cases.Reading;
import io.podidentity.emulator.cluster.AzureIdentityBinding;
import io.podidentity.emulator.cluster.Cluster;
import io.podidentity.emulator.cluster.Metadata;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.cluster.Profile;
import io.podidentity.emulator.http.Answer;
import io.podidentity.emulator.http.Parameters;
import io.podidentity.emulator.http.Request;
import io.podidentity.emulator.json.Json;
import io.podidentity.emulator.log.ClientIds;
import io.podidentity.emulator.match.IdentityMatcher;
import io.podidentity.emulator.match.MatchRules;
import java.net.URI;
import java.util.List;
import java.util.Map;

public class NmiCasesTest extends CaseRunner {

    private static final String REQUEST = """
        {method: 'text', path: 'text', version: 'text', remoteAddr: 'text', headers: {'*': 'text'},
        query: {'*': 'text|number|truth'}, flags: {metadata-header-required: 'truth',
        block-instance-metadata: 'truth', set-retry-after-header: 'truth',
        retry-attempts-for-created: 'number', retry-attempts-for-assigned: 'number',
        find-identity-retry-interval: 'number', forceNamespaced: 'truth', MICNamespace: 'text'},
        pod: 'text', podsWithIp: 'number', assigned: {'*': ['text', {ns: 'text', namespace: 'text',
        name: 'text', type: 'number', resourceID: 'text', clientID: 'text', tenantID: 'text',
        clientPassword: {name: 'text', namespace: 'text'}, annotations: {'*': 'text'},
        auxiliaryTenantIDs: ['text'], adEndpoint: 'text'}]}, identity: {ns: 'text',
        namespace: 'text', name: 'text', type: 'number', resourceID: 'text', clientID: 'text',
        tenantID: 'text', clientPassword: {name: 'text', namespace: 'text'},
        annotations: {'*': 'text'}, auxiliaryTenantIDs: ['text'], adEndpoint: 'text'},
        identities: ['text', {ns: 'text', namespace: 'text', name: 'text', type: 'number',
        resourceID: 'text', clientID: 'text', tenantID: 'text', clientPassword: {name: 'text',
        namespace: 'text'}, annotations: {'*': 'text'}, auxiliaryTenantIDs: ['text'],
        adEndpoint: 'text'}], secret: 'json?', clientPassword: {'*': 'text'}, imds: 'json?',
        excepted: 'truth', apiServerDown: 'truth'}
        """;

    private static final String ANSWER = """
        {status: 'number', statusBefore1_8_6: 'number', contentType: 'text',
        headers: {'*': 'text'}, body: 'text', bodyJson: {'*': 'json'}, bodyTrimmed: 'text',
        bodyContains: 'text', bodyStartsWith: 'text', bodyIsArrayOfLength: 'number',
        fields: {'*': 'object|string|number'}, elapsedSeconds: 'number',
        elapsedSecondsLessThan: 'number', minElapsedMs: 'number', log: {level: 'text',
        msg: 'text'}, sinceVersion: 'text', imdsQuery: {'*': 'text'}, noClientId: 'truth'}
        """;

    private static final Map<Route, String> HANDLERS = Map.of(
            Route.TOKEN, "token",
            Route.INVALID_TOKEN_PATH, "invalid-token-path",
            Route.HOST_TOKEN, "host-token",
            Route.INSTANCE, "instance",
            Route.PROXY, "default-proxy");

    @Override
    public Map<String, Reading> readings() {
        return Map.ofEntries(
                Map.entry("nmi.router", Reading.of("""
                    {method: 'text', path: 'text', flags: {metadata-header-required: 'truth',
                    block-instance-metadata: 'truth', set-retry-after-header: 'truth',
                    retry-attempts-for-created: 'number', retry-attempts-for-assigned: 'number',
                    find-identity-retry-interval: 'number', forceNamespaced: 'truth', MICNamespace: 'text'},
                    version: 'text'}
                    """, """
                    {handler: 'token|invalid-token-path|host-token|instance|default-proxy',
                    sinceVersion: 'text'}
                    """, this::router).withNotes("method", "sinceVersion")),
                Map.entry(
                        "nmi.parseTokenRequest",
                        Reading.of("{url: 'text', version: 'text'}", """
                            {clientID: 'text', resourceID: 'text', resource: 'text', sinceVersion: 'text'}
                            """, this::parseTokenRequest)
                                .withNotes("sinceVersion")),
                Map.entry(
                        "nmi.validateResource",
                        Reading.of("{resource: 'text'}", "{valid: 'truth'}", this::validateResource)),
                Map.entry(
                        "utils.redactClientID",
                        Reading.of("{clientID: 'text'}", "{text: 'text'}", this::redactClientId)),
                Map.entry(
                        "nmi.msiHandler",
                        Reading.of(REQUEST, ANSWER, this::request).withNotes("sinceVersion")),
                Map.entry(
                        "nmi.hostHandler",
                        Reading.of(REQUEST, ANSWER, this::request).withNotes("sinceVersion")),
                Map.entry(
                        "nmi.invalidPath",
                        Reading.of(REQUEST, ANSWER, this::request).withNotes("sinceVersion")),
                Map.entry(
                        "nmi.blockInstance",
                        Reading.of(REQUEST, ANSWER, this::request).withNotes("sinceVersion")),
                Map.entry("nmi.e2e", Reading.of(REQUEST, ANSWER, this::request).withNotes("sinceVersion")),
                Map.entry("nmi.exceptedPod", Reading.of(REQUEST, ANSWER, this::exceptedPod)),
                Map.entry(
                        "nmi.iptables",
                        Reading.of(
                                "{pod: {hostNetwork: 'truth', labels: {'*': 'text'}}}",
                                "{nmiSeesRequest: 'truth', micAssigns: 'truth'}",
                                this::iptables)),
                Map.entry(
                        "nmi.managed.start",
                        Reading.of(
                                "{operation-mode: 'managed|standard', forceNamespaced: 'truth'}",
                                "{fatal: 'truth'}",
                                this::managedStart)),
                Map.entry("nmi.managed.match", Reading.of("""
                    {podLabels: {'*': 'text'}, binding: {selector: 'text'}, sameNamespace: 'truth'}
                    """, "{matched:" + " 'truth'}", this::managedMatch)),
                Map.entry("nmi.managed.timing", Reading.of(REQUEST, ANSWER, this::managedTiming)));
    }

    private void router(Case test) {
        var flags = test.object("flags");
        boolean block = !Boolean.FALSE.equals(flags.get("block-instance-metadata"));
        var settings = NmiSettings.of(NmiCase.profile(test)).withBlockInstanceMetadata(block);

        Route route = Route.of(test.text("path"), settings);

        assertThat(HANDLERS.get(route)).isEqualTo(test.expected().get("handler"));
    }

    private void parseTokenRequest(Case test) {
        String query = URI.create(test.text("url")).getRawQuery();

        NmiTokenRequest request =
                NmiTokenRequest.parse(Parameters.parse(query == null ? "" : query), NmiCase.profile(test));

        var expected = test.expected();
        assertThat(request.identity().clientId()).isEqualTo(expected.getOrDefault("clientID", ""));
        assertThat(request.identity().resourceId()).isEqualTo(expected.getOrDefault("resourceID", ""));
        assertThat(request.resource()).isEqualTo(expected.getOrDefault("resource", request.resource()));
    }

    private void validateResource(Case test) {
        String query = test.given().containsKey("resource") ? "resource=" + test.text("resource") : "";

        NmiTokenRequest request = NmiTokenRequest.parse(Parameters.parse(query), NmiCase.profile(test));

        assertThat(request.resource().isEmpty()).isNotEqualTo(test.expected().get("valid"));
    }

    private void redactClientId(Case test) {
        assertThat(ClientIds.redacted(test.text("clientID")))
                .isEqualTo(test.expected().get("text"));
    }

    private void request(Case test) throws Exception {
        try (var nmi = NmiCase.fixture(test)) {
            Answer answer = NmiCase.answer(test, nmi);

            check(test.expected(), answer, nmi);
            if (test.expected().get("statusBefore1_8_6") instanceof Long before) {
                checkStatusOfOldVersion(test, before);
            }
        }
    }

    private static void checkStatusOfOldVersion(Case test, long status) throws Exception {
        try (var old = NmiCase.fixture(test, Profile.V1_6_3)) {
            assertThat(NmiCase.answer(test, old).status()).isEqualTo((int) status);
        }
    }

    private static void check(Map<String, Object> expected, Answer answer, NmiFixture nmi) throws Exception {
        String body = NmiFixture.body(answer);
        for (var entry : expected.entrySet()) {
            Object value = entry.getValue();
            switch (entry.getKey()) {
                case "status" -> assertThat((long) answer.status()).isEqualTo(value);
                case "contentType" -> assertThat(answer.headers()).containsEntry("Content-Type", (String) value);
                case "headers" ->
                    Case.object(value)
                            .forEach(
                                    (name, text) -> assertThat(answer.headers()).containsEntry(name, text.toString()));
                case "bodyJson" -> assertThat(Json.object(body)).isEqualTo(value);
                case "body" -> assertThat(body).isEqualTo(value);
                case "bodyTrimmed" -> assertThat(body.strip()).isEqualTo(value);
                case "bodyContains" -> assertThat(body).contains((String) value);
                case "bodyStartsWith" -> assertThat(body).startsWith((String) value);
                case "bodyIsArrayOfLength" -> assertThat(Json.array(body)).hasSize(((Long) value).intValue());
                case "fields" -> checkFields(Case.object(value), body);
                case "elapsedSeconds" -> assertThat(nmi.elapsed().toSeconds()).isEqualTo(value);
                case "elapsedSecondsLessThan" ->
                    assertThat(nmi.elapsed().toSeconds()).isLessThan((Long) value);
                case "minElapsedMs" -> assertThat(nmi.elapsed().toMillis()).isGreaterThanOrEqualTo((Long) value);
                case "imdsQuery" -> {
                    Parameters query = lastQuery(nmi);
                    Case.object(value)
                            .forEach((name, text) -> assertThat(query.get(name)).contains((String) text));
                }
                case "noClientId" ->
                    assertThat(lastQuery(nmi).all().containsKey("client_id")).isNotEqualTo(value);
                case "log" -> checkLog(Case.object(value), nmi.lines);
                case "statusBefore1_8_6", "sinceVersion" -> {
                    // Of another version, or of none.
                }
                default -> throw new IllegalArgumentException("An unknown expectation: " + entry.getKey());
            }
        }
    }

    private static void checkFields(Map<String, Object> fields, String body) throws Exception {
        var object = Json.object(body);
        fields.forEach((name, type) -> assertThat(object.get(name))
                .isInstanceOf(
                        switch (String.valueOf(type)) {
                            case "object" -> Map.class;
                            case "number" -> Number.class;
                            case "string" -> String.class;
                            default -> throw new IllegalArgumentException("An unknown type: " + type);
                        }));
    }

    private static void checkLog(Map<String, Object> log, List<String> lines) {
        String level = ((String) log.get("level")).substring(0, 1).toUpperCase(java.util.Locale.ROOT);
        assertThat(lines).anySatisfy(line -> assertThat(line).startsWith(level).endsWith("] " + log.get("msg")));
    }

    /** Of a pod that needs no identity of its own, unless the case says that it is none. */
    private void exceptedPod(Case test) throws Exception {
        assertThat(test.given().get("excepted"))
                .as("what these cases are about")
                .isEqualTo(true);
        try (var nmi = NmiCase.fixture(test)) {
            Answer answer = NmiCase.answer(test, nmi);

            if (!test.expected().containsKey("status")) {
                assertThat(answer.status()).isEqualTo(200);
            }
            check(test.expected(), answer, nmi);
        }
    }

    private static Parameters lastQuery(NmiFixture nmi) {
        Request last = nmi.calls.get(nmi.calls.size() - 1);
        return Parameters.parse(
                String.valueOf(URI.create(NmiFixture.target(last)).getRawQuery()));
    }

    private void iptables(Case test) {
        var given = test.object("pod");
        Pod made = NmiCase.pod("default", "demo", Case.object(given.get("labels")));
        var pod = new Pod(
                made.metadata(),
                made.spec().withHostNetwork(Boolean.TRUE.equals(given.get("hostNetwork"))),
                made.owners(),
                made.phase());
        var cluster = Cluster.of(List.of(
                pod,
                NmiFixture.identity("id1", "c1"),
                new AzureIdentityBinding(Metadata.of("default", "b1"), "id1", "demo")));
        var matcher = new IdentityMatcher(cluster, MatchRules.of(Profile.V1_8_17));

        assertThat(Nmi.intercepts(pod)).isEqualTo(test.expected().get("nmiSeesRequest"));
        assertThat(matcher.match(pod).identities().isEmpty())
                .isNotEqualTo(test.expected().get("micAssigns"));
    }

    private void managedStart(Case test) {
        boolean managed = test.text("operation-mode").equals("managed");
        var rules = new MatchRules(
                managed ? Profile.MANAGED : Profile.V1_8_17,
                Boolean.TRUE.equals(test.given().get("forceNamespaced")),
                "default");

        if (Boolean.TRUE.equals(test.expected().get("fatal"))) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> NmiSettings.of(rules))
                    .withMessage("managed mode not intialized in force namespaced mode");
        } else {
            assertThatCode(() -> NmiSettings.of(rules)).doesNotThrowAnyException();
        }
    }

    private void managedMatch(Case test) {
        boolean same = Boolean.TRUE.equals(test.given().get("sameNamespace"));
        String namespace = same ? "default" : "other";
        var pod = NmiCase.pod("default", "demo", test.object("podLabels"));
        var selector = (String) test.object("binding").get("selector");
        var identity = NmiCase.identity(Map.of("name", "id1", "namespace", namespace));
        var binding = new AzureIdentityBinding(Metadata.of(namespace, "b1"), "id1", selector == null ? "" : selector);
        var matcher = new IdentityMatcher(Cluster.of(List.of(pod, identity, binding)), MatchRules.of(Profile.MANAGED));

        assertThat(matcher.match(pod).identities().isEmpty())
                .isNotEqualTo(test.expected().get("matched"));
    }

    private void managedTiming(Case test) throws Exception {
        try (var nmi = NmiCase.fixture(test, Profile.MANAGED)) {
            Answer answer = NmiCase.answer(test, nmi);

            check(test.expected(), answer, nmi);
        }
    }
}
