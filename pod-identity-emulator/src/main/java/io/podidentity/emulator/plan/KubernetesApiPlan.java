package io.podidentity.emulator.plan;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What the cluster's API server is to be.
 *
 * @param users besides the administrator
 * @param maxTokenLife the longest life of a service account's token
 */
public record KubernetesApiPlan(List<String> users, Optional<Duration> maxTokenLife) {

    public KubernetesApiPlan {
        users = List.copyOf(users);
    }
}
