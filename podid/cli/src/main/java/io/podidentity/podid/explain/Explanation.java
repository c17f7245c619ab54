// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.explain;

import io.podidentity.emulator.cluster.AzureIdentity;
import io.podidentity.emulator.cluster.ObjectRef;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.cluster.Position;
import io.podidentity.emulator.cluster.Profile;
import io.podidentity.emulator.replay.Replay;
import io.podidentity.emulator.replay.Replay.MicPart;
import io.podidentity.emulator.replay.Replay.NmiPart;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The outcome of one token request of one pod, and why. Immutable.
 *
 * @param identity whose token the pod gets from NMI; empty if the pod gets no token, the node's, or one of workload
 *     identity
 * @param replay what MIC and NMI do, as far as the request reaches them
 * @param objects that lead to the token, each of which can be what is wrong
 * @param steps the way of the request up to the token, or to where there is none; empty for {@link Outcome#UNRELATED}
 */
public record Explanation(
        Pod pod,
        Profile profile,
        Outcome outcome,
        Advice advice,
        Optional<AzureIdentity> identity,
        Replay replay,
        Set<ObjectRef> objects,
        List<Step> steps) {

    /** What the request ends with. */
    public enum Outcome {
        /** A token of an identity that is bound to the pod. */
        IDENTITY,
        /** A token of the node: the pod is an exception, or NMI takes the pod for MIC. */
        BYPASS,
        /** Tokens of all identities of the node, from the real metadata service: the pod uses the node's network. */
        NODE,
        /** No token. */
        NONE,
        /** No token, and nothing says that the pod is to have one. */
        UNRELATED;

        /** As JSON has it. */
        public String id() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** The verdict, without a full stop. */
    public String summary() {
        return advice.summary();
    }

    /** The facts that lead to the verdict, each with its place. */
    public List<String> why() {
        return advice.why();
    }

    /** What to change; empty if nothing must be changed. */
    public List<String> remedies() {
        return advice.remedies();
    }

    /** The place of what is to be changed, which is the pod unless the advice says otherwise. */
    public Position place() {
        return advice.place().orElse(pod.metadata().position());
    }

    /** What MIC does; null if the profile has no MIC. */
    public @Nullable MicPart mic() {
        return replay.mic();
    }

    /** What NMI does; null if NMI does not see the request. */
    public @Nullable NmiPart nmi() {
        return replay.nmi();
    }
}
