// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.nmi;

import io.podidentity.emulator.cases.Case;
import io.podidentity.emulator.cluster.AzureAssignedIdentity.State;
import io.podidentity.emulator.cluster.AzureIdentity;
import io.podidentity.emulator.cluster.AzurePodIdentityException;
import io.podidentity.emulator.cluster.Metadata;
import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.cluster.Profile;
import io.podidentity.emulator.cluster.Secret;
import io.podidentity.emulator.cluster.SecretReference;
import io.podidentity.emulator.http.Answer;
import io.podidentity.emulator.json.Json;
import io.podidentity.emulator.match.MatchRules;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Makes what a case of NMI gives; what it leaves out is such that a token would come. */
final class NmiCase {

    private NmiCase() {}

    static Profile profile(Case test) {
        String version = test.text("version");
        return version.isEmpty() ? Profile.V1_8_17 : Profile.of(version);
    }

    static NmiFixture fixture(Case test) {
        return fixture(test, profile(test));
    }

    static NmiFixture fixture(Case test, Profile profile) {
        var nmi = new NmiFixture(settings(profile, test.object("flags")));
        String[] name = test.text("pod").isEmpty()
                ? new String[] {"default", "demo"}
                : test.text("pod").split("/", 2);
        Pod pod = pod(name[0], name[1], Map.of());
        int count = test.given().get("podsWithIp") instanceof Long pods ? pods.intValue() : 1;
        nmi.podsAtAddress = Collections.nCopies(count, pod);
        assigned(test).forEach((state, identities) -> {
            for (Object identity : Case.list(identities)) {
                nmi.assign(pod.name(), identity(identity), state(state));
                nmi.assign(new ObjectName("default", "p"), identity(identity), state(state));
            }
        });
        secret(test).ifPresent(nmi::apply);
        nmi.apiServerIsDown = Boolean.TRUE.equals(test.given().get("apiServerDown"));
        if (Boolean.TRUE.equals(test.given().get("excepted"))) {
            nmi.podsAtAddress = Collections.nCopies(count, pod(name[0], name[1], Map.of("app", "excepted")));
            nmi.apply(new AzurePodIdentityException(Metadata.of(name[0], "exception"), Map.of("app", "excepted")));
        }
        if (test.given().containsKey("imds")) {
            nmi.replies(call -> reply(test.given().get("imds")));
        }
        return nmi;
    }

    /** The secret that identities refer to: as given, or one with a single key; null stands for none. */
    private static Optional<Secret> secret(Case test) {
        if (test.given().containsKey("secret") && test.given().get("secret") == null) {
            return Optional.empty();
        }
        var data = new HashMap<String, byte[]>();
        given(test, test.given().containsKey("clientPassword") ? "clientPassword" : "secret", Map.of("password", "s"))
                .forEach((key, value) -> data.put(key, value.toString().getBytes(StandardCharsets.UTF_8)));
        return Optional.of(new Secret(Metadata.of("default", "secret"), data));
    }

    /** What has no status is silent. */
    private static Answer reply(@Nullable Object imds) throws IOException {
        if (imds instanceof Long status) {
            return reply(Map.of("status", status, "body", "{}"));
        }
        if (imds == null || imds instanceof String) {
            if (!"ok".equals(imds)) {
                throw new IOException("no answer");
            }
            return NmiFixture.reply(200, Map.of(), NmiFixture.TOKEN_JSON);
        }
        if (!(imds instanceof Map<?, ?> reply) || !(reply.get("status") instanceof Long status)) {
            throw new IOException("no answer");
        }
        if (status == 200 && !reply.containsKey("body")) {
            return reply("ok");
        }
        String body = reply.get("body") instanceof String text ? text : Json.write(Case.object(reply.get("body")));
        return NmiFixture.reply(status.intValue(), Map.of(), body);
    }

    private static NmiSettings settings(Profile profile, Map<String, Object> flags) {
        boolean namespaced = profile.forcesNamespaces() || Boolean.TRUE.equals(flags.get("forceNamespaced"));
        var rules = new MatchRules(profile, namespaced, (String) flags.getOrDefault("MICNamespace", "default"));
        var settings = NmiSettings.of(rules);
        if (flags.get("metadata-header-required") instanceof Boolean required) {
            settings = settings.withMetadataHeaderRequired(required);
        }
        return settings.withBlockInstanceMetadata(Boolean.TRUE.equals(flags.get("block-instance-metadata")))
                .withRetries(
                        Boolean.TRUE.equals(flags.get("set-retry-after-header")),
                        number(
                                flags,
                                "retry-attempts-for-created",
                                settings.retries().forCreated()),
                        number(
                                flags,
                                "retry-attempts-for-assigned",
                                settings.retries().forAssigned()),
                        Duration.ofSeconds(number(flags, "find-identity-retry-interval", 5)));
    }

    private static int number(Map<String, Object> flags, String name, int otherwise) {
        return flags.get(name) instanceof Long number ? number.intValue() : otherwise;
    }

    private static Map<String, Object> assigned(Case test) {
        if (test.given().get("identity") instanceof Map<?, ?> identity) {
            return Map.of("Assigned", List.of(identity));
        }
        if (test.given().containsKey("identities")) {
            return Map.of("Assigned", test.list("identities"));
        }
        return test.given().containsKey("assigned") ? test.object("assigned") : Map.of("Assigned", List.of("id1"));
    }

    static State state(String text) {
        return Arrays.stream(State.values())
                .filter(state -> state.text().equals(text))
                .findFirst()
                .orElseThrow();
    }

    static Pod pod(String namespace, String name, Map<String, Object> labels) {
        var texts = new HashMap<String, String>();
        labels.forEach((key, value) -> texts.put(key, value.toString()));
        return Pod.of(namespace, name, texts);
    }

    /** @param given a name alone, or an object */
    static AzureIdentity identity(Object given) {
        Map<String, Object> fields = given instanceof String name ? Map.of("name", name) : Case.object(given);
        String name = text(fields, "name", "id1");
        int type = fields.get("type") instanceof Long number ? number.intValue() : 0;
        var annotations = new HashMap<String, String>();
        Case.object(fields.get("annotations")).forEach((key, value) -> annotations.put(key, value.toString()));
        return new AzureIdentity(
                Metadata.of(text(fields, "namespace", text(fields, "ns", "default")), name)
                        .withAnnotations(annotations),
                type,
                text(fields, "resourceID", ""),
                text(fields, "clientID", "client-of-" + name),
                password(fields),
                text(fields, "tenantID", ""),
                Case.list(fields.get("auxiliaryTenantIDs")).stream()
                        .map(Object::toString)
                        .toList(),
                text(fields, "adEndpoint", ""));
    }

    /** The reference as it stands, with what is missing in it; where there is none at all, to the secret there is. */
    private static SecretReference password(Map<String, Object> fields) {
        if (!fields.containsKey("clientPassword")) {
            return new SecretReference("secret", "default");
        }
        var reference = Case.object(fields.get("clientPassword"));
        return new SecretReference(text(reference, "name", ""), text(reference, "namespace", ""));
    }

    private static String text(Map<String, Object> fields, String name, String otherwise) {
        return fields.get(name) instanceof String text ? text : otherwise;
    }

    static Answer answer(Case test, NmiFixture nmi) {
        String path = test.text("path").isEmpty() ? NmiFixture.TOKEN : test.text("path");
        var headers = new HashMap<String, String>();
        given(test, "headers", Map.of("Metadata", "true"))
                .forEach((name, value) -> headers.put(name, value.toString()));
        String query = given(test, "query", Map.of("resource", "r")).entrySet().stream()
                .map(entry -> entry.getKey() + "=" + encoded(entry.getValue()))
                .collect(Collectors.joining("&"));
        String remote = test.given("remoteAddr") == null ? NmiFixture.ADDRESS : test.text("remoteAddr");
        return nmi.from(remote, path + (query.isEmpty() ? "" : "?" + query), headers);
    }

    private static Map<String, Object> given(Case test, String key, Map<String, Object> otherwise) {
        return test.given().containsKey(key) ? test.object(key) : otherwise;
    }

    private static String encoded(@Nullable Object value) {
        return URLEncoder.encode(String.valueOf(value), StandardCharsets.UTF_8);
    }
}
