package io.podidentity.emulator.workload;

/** What becomes of a pod when it is created. */
public sealed interface Admission {

    /** The webhook is not asked, since the pod lacks the label; the pod stays as it is. */
    record NotSelected() implements Admission {}

    /**
     * The pod is created.
     *
     * @param pod as the webhook changed it
     * @param token the volume that the token is projected into
     */
    record Admitted(WorkloadPod pod, TokenVolume token) implements Admission {}

    /**
     * The pod is not created.
     *
     * @param reason what the API server says
     */
    record Denied(String reason) implements Admission {}
}
