package io.podidentity.emulator.replay;

import io.podidentity.emulator.cluster.Cluster;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.match.MatchRules;
import io.podidentity.emulator.nmi.Nmi;
import io.podidentity.emulator.time.SkippingClock;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One token request of one pod, played through MIC and NMI, the same that a running emulator has, on a clock that skips
 * their waits. Every role is assigned and every secret is right.
 *
 * @param mic what MIC does, null if the profile has none
 * @param nmi what NMI does, null if it does not see the pod
 */
public record Replay(@Nullable MicPart mic, @Nullable NmiPart nmi) {

    /**
     * Plays the request.
     *
     * @param now at which log lines begin
     * @param query as in the URL, without the question mark
     */
    public static Replay of(Cluster cluster, Pod pod, MatchRules rules, Instant now, String query) {
        var clock = new SkippingClock(now);
        MicReplay mic = rules.profile().hasMic() ? new MicReplay(cluster, pod, rules, clock) : null;
        NmiPart nmi = reachesNmi(pod, rules)
                ? NmiReplay.play(mic == null ? cluster : mic.cluster(), pod, rules, clock, query)
                : null;
        return new Replay(mic == null ? null : mic.part(), nmi);
    }

    /** Whether NMI sees the pod's requests. */
    public static boolean reachesNmi(Pod pod, MatchRules rules) {
        return rules.profile().hasNmi() && Nmi.intercepts(pod);
    }
}
