// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.nmi;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.emulator.cases.Case;
import io.podidentity.emulator.cases.CaseRunner;
import io.podidentity.emulator.cases.Reading;
import io.podidentity.emulator.cluster.AzureIdentity;
import io.podidentity.emulator.cluster.AzureIdentityBinding;
import io.podidentity.emulator.cluster.Metadata;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.cluster.Profile;
import io.podidentity.emulator.http.Request;
import io.podidentity.emulator.match.IdentityRequest;
import io.podidentity.emulator.match.MatchRules;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** The identities that NMI comes by in each of its modes. */
public class IdentitiesCasesTest extends CaseRunner {

    @Override
    public Map<String, Reading> readings() {
        return Map.ofEntries(
                Map.entry(
                        "nmi.standard.getIdentities",
                        Reading.of("""
                            {config: {retryCreated: 'number', retryAssigned: 'number', intervalSeconds: 'number'},
                            namespaced: 'truth', podNamespace: 'text', clientID: 'text', resourceID: 'text',
                            identitiesByState: {'*': ['text', {ns: 'text', namespace: 'text', name: 'text',
                            type: 'number', resourceID: 'text', clientID: 'text', tenantID: 'text',
                            clientPassword: {name: 'text', namespace: 'text'}, annotations: {'*': 'text'},
                            auxiliaryTenantIDs: ['text'], adEndpoint: 'text'}]}}
                            """, "{error: 'truth'," + " identity:" + " 'text'}", this::standard)),
                Map.entry(
                        "nmi.managed.getIdentities",
                        Reading.of("""
                            {podNamespace: 'text', clientID: 'text', resourceID: 'text', identities: ['text',
                            {ns: 'text', namespace: 'text', name: 'text', type: 'number', resourceID: 'text',
                            clientID: 'text', tenantID: 'text', clientPassword: {name: 'text', namespace: 'text'},
                            annotations: {'*': 'text'}, auxiliaryTenantIDs: ['text'], adEndpoint: 'text'}]}
                            """, "{error:" + " 'truth'," + " identity:" + " 'text'}", this::managed)));
    }

    private void standard(Case test) throws Exception {
        var config = test.object("config");
        boolean namespaced = Boolean.TRUE.equals(test.given().get("namespaced"));
        var settings = NmiSettings.of(new MatchRules(Profile.V1_8_17, namespaced, "default"))
                .withRetries(
                        false,
                        ((Long) config.getOrDefault("retryCreated", 16L)).intValue(),
                        ((Long) config.getOrDefault("retryAssigned", 4L)).intValue(),
                        Duration.ofSeconds((Long) config.getOrDefault("intervalSeconds", 5L)));
        Pod pod = Pod.of(test.text("podNamespace"), "demo", Map.of());
        try (var nmi = new NmiFixture(settings)) {
            test.object("identitiesByState")
                    .forEach((state, identities) -> Case.list(identities)
                            .forEach(identity ->
                                    nmi.assign(pod.name(), NmiCase.identity(identity), NmiCase.state(state))));

            check(test, new Identities(settings, nmi.apiServer(), nmi.clock), pod, nmi);
        }
    }

    private void managed(Case test) throws Exception {
        var settings = NmiSettings.of(Profile.MANAGED);
        Pod pod = Pod.of(test.text("podNamespace"), "demo", Map.of(Pod.BINDING_LABEL, "demo"));
        try (var nmi = new NmiFixture(settings)) {
            List<AzureIdentity> identities =
                    test.list("identities").stream().map(NmiCase::identity).toList();
            for (int i = 0; i < identities.size(); i++) {
                AzureIdentity identity = identities.get(i);
                var metadata = Metadata.of(identity.namespace(), "%03d".formatted(i));
                nmi.apply(
                        identity,
                        new AzureIdentityBinding(metadata, identity.name().name(), "demo"));
            }

            check(test, new Identities(settings, nmi.apiServer(), nmi.clock), pod, nmi);
        }
    }

    private static void check(Case test, Identities identities, Pod pod, NmiFixture nmi) throws Exception {
        var wanted = new IdentityRequest(test.text("clientID"), test.text("resourceID"));
        var log = new RequestLog(new NmiWords16(Profile.V1_8_17), nmi.clock, nmi.lines::add, "GET", "/", "10.244.0.9");
        var request = new NmiRequest(
                Request.of("GET", "/", Map.of()), "/", "10.244.0.9", new NmiTokenRequest(wanted, ""), log);
        Object expected = test.expected().get("identity");
        try {
            AzureIdentity found = identities.find(pod, request);
            assertThat(test.expected()).containsEntry("error", false);
            assertThat(found.name().name()).isEqualTo(expected);
        } catch (Identities.NoIdentityException e) {
            assertThat(test.expected()).containsEntry("error", true);
            if (expected != null) {
                assertThat(e.assignmentBegan()).isEqualTo(expected.equals("<empty struct>"));
            }
        }
    }
}
