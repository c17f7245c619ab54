// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.explain;

import io.podidentity.emulator.cluster.AzureIdentity;
import io.podidentity.emulator.cluster.ObjectRef;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.cluster.Position;
import io.podidentity.emulator.cluster.Profile;
import io.podidentity.emulator.replay.Replay.MicPart;
import io.podidentity.emulator.replay.Replay.NmiPart;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The outcome of one token request of one pod, and why.
 *
 * @param identity whose token the pod gets, null if it gets none or that of the node
 * @param why the facts that lead there, each with its place
 * @param remedies what to change; empty if nothing must be
 * @param mic what MIC does, null if the profile has none
 * @param nmi what NMI does, null if it does not see the pod
 * @param place what is to be changed, or the pod
 * @param objects that lead to the token, each of which can be what is wrong
 * @param way the stations up to the token, or to where there is none
 */
public record Explanation(
        Pod pod,
        Profile profile,
        Outcome outcome,
        String summary,
        @Nullable AzureIdentity identity,
        List<String> why,
        List<String> remedies,
        @Nullable MicPart mic,
        @Nullable NmiPart nmi,
        Position place,
        Set<ObjectRef> objects,
        List<Step> way) {

    public enum Outcome {
        /** A token of an identity that is bound to it. */
        IDENTITY,
        /** A token of the node: the pod is an exception, or is taken for MIC. */
        BYPASS,
        /** Tokens of all identities of the node, from the real metadata service: the pod uses the node's network. */
        NODE,
        NONE,
        /** No token, and nothing says that it is to have one. */
        UNRELATED;

        public String id() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
