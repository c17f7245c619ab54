package io.podidentity.podid.doctor;

import java.util.List;

/**
 * What was found out about a workload.
 *
 * @param object kind, namespace and name
 * @param links in the order in which they are needed, up to the first that fails
 * @param story how its pod gets a token, or why not, as {@code explain} tells it; empty if nobody asked for it
 */
record WorkloadDiagnosis(String object, List<Link> links, String story) {

    WorkloadDiagnosis {
        links = List.copyOf(links);
    }

    boolean has(Link.State state) {
        return links.stream().anyMatch(link -> link.state() == state);
    }
}
