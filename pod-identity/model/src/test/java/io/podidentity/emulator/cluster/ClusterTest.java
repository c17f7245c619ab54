// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ClusterTest {

    /** A replay makes a cluster for each pod: with all identities looked at in each, the time was quadratic. */
    @Test
    void derived_ofAKindThatClustersShare_isMadeOnce() {
        var made = new AtomicInteger();
        Cluster first = Cluster.of(List.of(new ServiceAccount(Metadata.of("shop", "a"))));
        Cluster second = first.with(List.of(new Namespace(Metadata.of("", "shop"))));

        for (Cluster cluster : List.of(first, second, second.withoutAll(Namespace.class))) {
            assertThat(cluster.<ServiceAccount, Integer>derived(ServiceAccount.class, "count", all -> {
                        made.incrementAndGet();
                        return all.size();
                    }))
                    .isEqualTo(1);
        }

        assertThat(made).hasValue(1);
        assertThat(second.all(ServiceAccount.class)).isSameAs(first.all(ServiceAccount.class));
    }

    @Test
    void derived_afterAnotherWasApplied_isMadeAnew() {
        Cluster first = Cluster.of(List.of(new ServiceAccount(Metadata.of("shop", "a"))));
        first.all(ServiceAccount.class);

        Cluster second = first.with(List.of(new ServiceAccount(Metadata.of("shop", "b"))));

        assertThat(second.all(ServiceAccount.class)).hasSize(2);
        assertThat(first.all(ServiceAccount.class)).hasSize(1);
        assertThat(second.without(first.all(ServiceAccount.class).get(0)).all(ServiceAccount.class))
                .hasSize(1);
    }
}
