// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.run;

import io.podidentity.emulator.cluster.Cluster;
import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.emulator.cluster.Profile;
import io.podidentity.emulator.http.Answer;
import io.podidentity.emulator.http.Endpoint;
import io.podidentity.emulator.http.Request;
import io.podidentity.emulator.http.RequestFilter;
import io.podidentity.emulator.match.EgressPolicies;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Answers the requests of a pod that a NetworkPolicy keeps from NMI: with 504, after an hour. In a cluster their
 * packets are dropped, so the client waits as long as it can.
 */
record NetworkPolicyFilter(ObjectName name, Supplier<Cluster> cluster, Profile profile, Consumer<String> log)
        implements RequestFilter {

    private static final Duration LONGER_THAN_CLIENTS_WAIT = Duration.ofHours(1);

    @Override
    public Answer filter(Request request, Endpoint next) {
        if (!isBlocked()) {
            return next.answer(request);
        }
        log.accept("a NetworkPolicy keeps pod " + name + " from NMI, so this request gets no answer for an hour");
        return Answer.empty(504).after(LONGER_THAN_CLIENTS_WAIT);
    }

    private boolean isBlocked() {
        Cluster now = cluster.get();
        var policies = new EgressPolicies(now, profile);
        return now.pod(name).flatMap(policies::blocking).isPresent();
    }
}
