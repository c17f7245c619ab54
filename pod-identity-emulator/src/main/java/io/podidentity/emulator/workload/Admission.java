package io.podidentity.emulator.workload;

import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.cluster.Volume;
import io.podidentity.emulator.cluster.Volume.TokenProjection;

/** What happens to a pod when it is created. */
public sealed interface Admission {

    /** The webhook is not asked, since the pod lacks the label; the pod stays as it is. */
    record NotSelected() implements Admission {}

    /**
     * The pod is created.
     *
     * @param pod as the webhook changed it
     * @param volume in which the token is projected into it
     * @param token what is projected
     */
    record Admitted(Pod pod, Volume volume, TokenProjection token) implements Admission {}

    /**
     * The pod is not created.
     *
     * @param reason what the API server says
     */
    record Denied(String reason) implements Admission {}
}
