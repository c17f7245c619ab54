// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.history;

import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.JWTParser;
import io.podidentity.emulator.directory.AgentIdentities;
import io.podidentity.emulator.directory.AgentIdentity;
import io.podidentity.emulator.http.Answer;
import io.podidentity.emulator.http.Redaction;
import io.podidentity.emulator.http.Request;
import io.podidentity.emulator.json.Json;
import io.podidentity.emulator.server.RequestListener;
import java.text.ParseException;
import java.time.Clock;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Records requests with who asked, as far as a request says so: its token is not verified here. Thread-safe.
 *
 * @param pod the only one that asks here; empty if others do
 * @param agents of the tenant, whose blueprints are recorded with what they ask
 * @since 0.1.0
 */
public record RequestRecorder(History<RecordedRequest> history, Clock clock, String pod, AgentIdentities agents)
        implements RequestListener {

    private static final JWTClaimsSet NONE = new JWTClaimsSet.Builder().build();
    private static final String PROBE = "kube-probe/";
    private static final int MAX_BODY = 8192;
    private static final int MAX_TEXT = 300;

    /** The recorder of a server that one pod alone asks. */
    public RequestRecorder of(String onlyPod) {
        return new RequestRecorder(history, clock, onlyPod, agents);
    }

    @Override
    public void seen(String server, Request request, Answer answer) {
        if (isProbe(request)) {
            return;
        }
        Map<String, String> form = form(request);
        JWTClaimsSet assertion = claims(form.get("client_assertion"));
        JWTClaimsSet bearer = claims(request.bearer().orElse(null));
        String identity =
                first(form.get("fmi_path"), form.get("client_id"), bearer.getClaim("appid"), bearer.getClaim("azp"));
        history.add(new RecordedRequest(
                clock.instant(),
                server,
                pod.isEmpty() ? pod(assertion) : pod,
                identity,
                blueprint(form, identity),
                request.method(),
                Redaction.text(request.rawPath()),
                Redaction.query(request.rawQuery()),
                answer.status(),
                text(reason(answer))));
    }

    /** The kubelet asks whether a container lives, which is no request to Azure. */
    private static boolean isProbe(Request request) {
        return request.header("User-Agent")
                .filter(agent -> agent.startsWith(PROBE))
                .isPresent();
    }

    private static Map<String, String> form(Request request) {
        try {
            return request.isPost() ? request.form().all() : request.query().all();
        } catch (IllegalArgumentException brokenEscape) {
            return Map.of();
        }
    }

    private static JWTClaimsSet claims(@Nullable String token) {
        try {
            return token == null ? NONE : JWTParser.parse(token).getJWTClaimsSet();
        } catch (ParseException noToken) {
            return NONE;
        }
    }

    /**
     * The pod to which the cluster has bound the token, else the token's subject. A token of Entra ID itself, such as a
     * managed identity's or a blueprint's, does not say in which pod it is used.
     */
    private static String pod(JWTClaimsSet assertion) {
        if (assertion.getClaim("azp") != null) {
            return "";
        }
        return assertion.getClaim("kubernetes.io") instanceof Map<?, ?> bound
                        && bound.get("pod") instanceof Map<?, ?> pod
                ? text(bound.get("namespace") + "/" + pod.get("name"))
                : text(assertion.getSubject());
    }

    /** Who asks for a token that names the identity, or else the blueprint of the agent identity that it is. */
    private String blueprint(Map<String, String> form, String identity) {
        return first(
                form.getOrDefault("fmi_path", "").isEmpty() ? null : form.get("client_id"),
                agents.find(identity).map(AgentIdentity::blueprintId).orElse(null));
    }

    private static String first(@Nullable Object... values) {
        return Arrays.stream(values)
                .map(RequestRecorder::text)
                .filter(text -> !text.isEmpty())
                .findFirst()
                .orElse("");
    }

    private static String reason(Answer answer) {
        if (answer.isNone()) {
            return "no answer";
        }
        if (!answer.delay().isZero()) {
            return "not before " + answer.delay().toSeconds() + " s";
        }
        if (answer.status() < 400 || answer.length() < 1 || answer.length() > MAX_BODY) {
            return "";
        }
        String code = answer.headers().get("x-ms-error-code");
        return code == null ? description(answer.text()) : code;
    }

    private static String description(String body) {
        try {
            Map<String, Object> error = Json.object(body);
            return Stream.of("error_description", "error")
                    .map(error::get)
                    .filter(Objects::nonNull)
                    .findFirst()
                    .map(Object::toString)
                    .orElse(body);
        } catch (ParseException noJson) {
            return body;
        }
    }

    /** One line, without tokens. */
    private static String text(@Nullable Object value) {
        String line = value == null
                ? ""
                : Redaction.text(value.toString().lines().findFirst().orElse(""));
        return line.length() > MAX_TEXT ? line.substring(0, MAX_TEXT) : line;
    }
}
