package io.podidentity.emulator.replay;

import com.nimbusds.jose.util.JSONObjectUtils;
import io.podidentity.emulator.adal.Upstream;
import io.podidentity.emulator.cluster.Cluster;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.http.Answer;
import io.podidentity.emulator.http.Request;
import io.podidentity.emulator.match.MatchRules;
import io.podidentity.emulator.nmi.ApiServer;
import io.podidentity.emulator.nmi.Nmi;
import io.podidentity.emulator.nmi.NmiSettings;
import io.podidentity.emulator.time.SkippingClock;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Has NMI answer one request of a pod, with a metadata service and an Entra ID that issue every token. */
final class NmiReplay {

    private static final String ADDRESS = "10.244.0.9:40000";
    private static final String TOKEN_PATH = "/metadata/identity/oauth2/token?";

    private NmiReplay() {}

    /** @param query of the request, without the question mark */
    static NmiPart play(Cluster cluster, Pod pod, MatchRules rules, SkippingClock clock, String query) {
        var log = new ArrayList<String>();
        var nmi = new Nmi(
                NmiSettings.of(rules), new OnePod(cluster, pod), new Generous(), clock, Clock.systemUTC(), log::add);
        Instant start = clock.instant();
        Answer answer = nmi.seenFrom(ADDRESS).answer(Request.of("GET", TOKEN_PATH + query, Map.of("Metadata", "true")));
        String text = answer.status() == 200 ? "" : text(answer).strip();
        return new NmiPart(answer.status(), text, Duration.between(start, clock.instant()), log);
    }

    private static String text(Answer answer) {
        var bytes = new ByteArrayOutputStream();
        try {
            answer.body().writeTo(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    private record OnePod(Cluster cluster, Pod pod) implements ApiServer {

        @Override
        public List<Pod> podsAt(String ip) {
            return List.of(pod);
        }
    }

    /** Its tokens are never shown. */
    private static final class Generous implements Upstream {

        @Override
        public Reply ask(Service service, Call call, Duration limit) {
            var token = new LinkedHashMap<String, Object>();
            for (String field : List.of("access_token", "refresh_token", "resource")) {
                token.put(field, "");
            }
            for (String field : List.of("expires_in", "expires_on", "not_before")) {
                token.put(field, "0");
            }
            token.put("access_token", "none");
            token.put("token_type", "Bearer");
            return new Reply(200, Map.of("Content-Type", "application/json"), JSONObjectUtils.toJSONString(token));
        }

        @Override
        public String audience(String tenant) {
            return "https://login.microsoftonline.com/" + tenant + "/oauth2/token";
        }
    }
}
