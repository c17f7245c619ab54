// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.explain;

/** Where a pod's token request can pass, or end, on its way to a token. */
public enum Station {
    /** The API server refuses to create the pod. */
    ADMISSION("admission"),
    /** A network policy, or the node's network, decides who answers the request. */
    NETWORK("network"),
    /** The label by which a pod asks for pod identity or for workload identity. */
    LABEL("label"),
    BINDING("binding"),
    IDENTITY("identity"),
    MIC("MIC"),
    NMI("NMI"),
    /** What the request itself names, such as a client ID. */
    REQUEST("request"),
    IMDS("IMDS"),
    ENTRA_ID("Entra ID"),
    /** The pod's service account. */
    ACCOUNT("account"),
    WEBHOOK("webhook"),
    KUBELET("kubelet"),
    /** The proxy in the cluster that exchanges tokens for identity bindings of AKS. */
    PROXY("proxy"),
    /** The agent identity blueprint, whose identity the pod proves. */
    BLUEPRINT("blueprint"),
    /** The agent identities of the blueprint. */
    AGENT("agent"),
    /** What the agent identity may do. */
    ROLE("role");

    private final String text;

    Station(String text) {
        this.text = text;
    }

    /** The name that reports show. */
    public String text() {
        return text;
    }
}
