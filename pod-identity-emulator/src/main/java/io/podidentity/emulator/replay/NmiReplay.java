package io.podidentity.emulator.replay;

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
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Has NMI answer one request of a pod. */
final class NmiReplay {

    private static final String ADDRESS = "10.244.0.9:40000";
    private static final String TOKEN_PATH = "/metadata/identity/oauth2/token?";

    private NmiReplay() {}

    /** @param query of the request, without the question mark */
    static NmiPart play(
            Cluster cluster, Pod pod, MatchRules rules, Upstream upstream, SkippingClock clock, String query) {
        var log = new ArrayList<String>();
        var nmi =
                new Nmi(NmiSettings.of(rules), new OnePod(cluster, pod), upstream, clock, Clock.systemUTC(), log::add);
        Instant start = clock.instant();
        Answer answer = nmi.seenFrom(ADDRESS).answer(Request.of("GET", TOKEN_PATH + query, Map.of("Metadata", "true")));
        String text = answer.status() == 200 ? "" : answer.text().strip();
        return new NmiPart(answer.status(), text, Duration.between(start, clock.instant()), log);
    }

    private record OnePod(Cluster cluster, Pod pod) implements ApiServer {

        @Override
        public List<Pod> podsAt(String ip) {
            return List.of(pod);
        }
    }
}
